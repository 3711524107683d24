/** The programs as a user starts them. */
@NullMarked
package dev.plinth.tools.launcher;

import org.jspecify.annotations.NullMarked;
