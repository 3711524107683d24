/** Answers in the output formats of the control client. */
@NullMarked
package dev.plinth.tools.print;

import org.jspecify.annotations.NullMarked;
