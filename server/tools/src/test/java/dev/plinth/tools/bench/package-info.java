@NullMarked
package dev.plinth.tools.bench;

import org.jspecify.annotations.NullMarked;
