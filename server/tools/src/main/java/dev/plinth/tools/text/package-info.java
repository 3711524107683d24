/** Bytes and words on the way between the terminal and the store. */
@NullMarked
package dev.plinth.tools.text;

import org.jspecify.annotations.NullMarked;
