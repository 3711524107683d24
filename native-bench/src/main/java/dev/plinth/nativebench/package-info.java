/** The disk and system-call laboratory behind {@code plinth disk}. */
@NullMarked
package dev.plinth.nativebench;

import org.jspecify.annotations.NullMarked;
