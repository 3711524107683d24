/**
 * The one door of Plinth to the kernel's files.
 *
 * <p>{@link dev.plinth.walio.io.Disk} and {@link dev.plinth.walio.io.DiskFile} are the seam that
 * the log and the page store stand on; {@link dev.plinth.walio.io.LinuxDisk} is the real one, made
 * of {@code java.lang.foreign} downcalls that live in one class. Tests put a simulated disk in its
 * place (package {@code dev.plinth.walio.io.sim} of the test jar). Methods carry the names of the
 * system calls that they stand for, and mean what those mean; nothing here retries a failed write
 * or sync.
 *
 * <p>Calls block the calling carrier thread: use platform threads.
 */
@NullMarked
package dev.plinth.walio.io;

import org.jspecify.annotations.NullMarked;
