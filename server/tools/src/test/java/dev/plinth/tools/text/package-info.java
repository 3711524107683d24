@NullMarked
package dev.plinth.tools.text;

import org.jspecify.annotations.NullMarked;
