@NullMarked
package dev.plinth.tools.cli;

import org.jspecify.annotations.NullMarked;
