package dev.plinth.walio.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A system call that failed: which call, on which path, with which error number.
 *
 * <p>After a failed write or sync the state of the file is unknown. Whoever made promises on it has
 * to stop; calling again may report success for data that is not on the disk (the kernel marks
 * pages clean after a failed write-back).
 */
public final class PosixException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String path;
    private final int errnoNumber;

    /** A failure of a call on a path. */
    public PosixException(String call, Path path, int errnoNumber) {
        this(call, path, errnoNumber, "");
    }

    /** A failure with a remark such as the range that was written. */
    public PosixException(String call, Path path, int errnoNumber, String detail) {
        super(message(call, path, errnoNumber, detail));
        this.call = call;
        this.path = path.toString();
        this.errnoNumber = errnoNumber;
    }

    private static String message(String call, Path path, int errnoNumber, String detail) {
        Errno errno = Errno.of(errnoNumber);
        String name = errno == Errno.OTHER ? "errno " + errnoNumber : errno.name();
        String where = detail.isEmpty() ? "" : " (" + detail + ")";
        return call + " " + path + where + ": " + errno.text() + " [" + name + "]";
    }

    /** The system call's name, such as {@code pwrite}. */
    public String call() {
        return call;
    }

    /** The path given to the call, or the one that the file was opened by. */
    public String path() {
        return path;
    }

    /** The error by name. */
    public Errno errno() {
        return Errno.of(errnoNumber);
    }

    /** The error by number. */
    public int errnoNumber() {
        return errnoNumber;
    }
}
