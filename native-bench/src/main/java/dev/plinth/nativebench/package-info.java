/**
 * The disk and system-call laboratory behind {@code plinth disk}: {@code check} names what is bad
 * about the storage under a path, {@code bench} measures what a durable write costs there, {@code
 * calls} what it costs Java to enter the kernel.
 *
 * <p>This package holds the commands; {@code measure} runs, {@code report} shows, {@code calls}
 * times system calls. A tool, not a part of the server: nothing depends on it, and JNA is on its
 * class path alone, as a yardstick.
 */
@NullMarked
package dev.plinth.nativebench;

import org.jspecify.annotations.NullMarked;
