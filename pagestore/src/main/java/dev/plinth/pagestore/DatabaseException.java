package dev.plinth.pagestore;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Why a page file refused an operation. {@link #reason} is the reference's text where it has one;
 * the message also names the file and, where it applies, the page.
 *
 * <p>{@link Corrupted} and the refusals at opening come from bytes that are not what a page file
 * holds. {@link Failed} means that a write or a sync did not succeed: the database takes no further
 * writes, because nobody knows what is on the disk; open it again to see. All others are answers to
 * a call that is not possible in the present state and leave everything as it was.
 */
public abstract sealed class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    DatabaseException(String message, String reason, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    DatabaseException(String reason) {
        this(reason, reason, null);
    }

    /** What is wrong, without file and page. */
    public final String reason() {
        return reason;
    }

    /** A page does not hold what its place in the file asks for. */
    public static final class Corrupted extends DatabaseException {
        private static final long serialVersionUID = 1L;

        private final String file;
        private final long page;

        /**
         * A finding on a page.
         *
         * @param finding what was expected and what was found
         */
        public Corrupted(Path file, long page, String finding) {
            super(file + ": page " + Long.toUnsignedString(page) + ": " + finding, finding, null);
            this.file = file.toString();
            this.page = page;
        }

        /** The damaged file. */
        public String file() {
            return file;
        }

        /** The page on which the damage was found. */
        public long page() {
            return page;
        }
    }

    /** The file is not a page file, or too little of one. */
    public static final class Invalid extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public Invalid(Path file, String reason) {
            super(file + ": " + reason, reason, null);
        }
    }

    /** The file has a version that is not 2. */
    public static final class VersionMismatch extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public VersionMismatch(Path file) {
            super(file + ": version mismatch", "version mismatch", null);
        }
    }

    /** No meta page has the checksum of its content. */
    public static final class ChecksumMismatch extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public ChecksumMismatch(Path file) {
            super(file + ": checksum error", "checksum error", null);
        }
    }

    /** The check of {@link Options#strict} has found damage in the state to be committed. */
    public static final class Inconsistent extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public Inconsistent(Path file, String findings) {
            super(file + ": check fail: " + findings, "check fail: " + findings, null);
        }
    }

    /** Another process held the file's lock for the whole time that was granted. */
    public static final class LockTimeout extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public LockTimeout(Path file) {
            super(file + ": timeout", "timeout", null);
        }
    }

    /** A system call failed. After a failed write or sync the database takes no writes any more. */
    public static final class Failed extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public Failed(Path file, String action, IOException cause) {
            super(file + ": " + action + ": " + cause.getMessage(), action, cause);
        }

        public Failed(Path file, String action, Throwable earlier) {
            super(file + ": " + action, action, earlier);
        }
    }

    /** The database is closed. */
    public static final class NotOpen extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public NotOpen() {
            super("database not open");
        }
    }

    /** A write was asked of a database opened for reading. */
    public static final class ReadOnly extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public ReadOnly() {
            super("database is in read-only mode");
        }
    }

    /** Growth would exceed {@link Options#maxSizeBytes}. */
    public static final class Full extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public Full() {
            super("database reached maximum size");
        }
    }

    /** The transaction has ended. */
    public static final class TransactionClosed extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public TransactionClosed() {
            super("tx closed");
        }
    }

    /** A change was asked of a read transaction. */
    public static final class TransactionNotWritable extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public TransactionNotWritable() {
            super("tx not writable");
        }
    }

    /** A list of free pages was asked of a database that was opened without one. */
    public static final class FreePagesNotLoaded extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public FreePagesNotLoaded() {
            super("free pages are not pre-loaded");
        }
    }

    /** There is no bucket of that name. */
    public static final class BucketNotFound extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public BucketNotFound() {
            super("bucket not found");
        }
    }

    /** There is a bucket of that name already. */
    public static final class BucketExists extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public BucketExists() {
            super("bucket already exists");
        }
    }

    /** A bucket's name must have at least one byte. */
    public static final class BucketNameRequired extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public BucketNameRequired() {
            super("bucket name required");
        }
    }

    /** A key must have at least one byte. */
    public static final class KeyRequired extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public KeyRequired() {
            super("key required");
        }
    }

    /** A key or a bucket's name has more than {@link Bucket#KEY_BYTES_MAX} bytes. */
    public static final class KeyTooLarge extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public KeyTooLarge() {
            super("key too large");
        }
    }

    /** A value has more than {@link Bucket#VALUE_BYTES_MAX} bytes. */
    public static final class ValueTooLarge extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public ValueTooLarge() {
            super("value too large");
        }
    }

    /** A bucket stands where a value was asked for, or the other way round. */
    public static final class IncompatibleValue extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public IncompatibleValue() {
            super("incompatible value");
        }
    }

    /** A bucket cannot be moved into the bucket where it is. */
    public static final class SameBuckets extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public SameBuckets() {
            super("the source and target are the same bucket");
        }
    }

    /** A bucket cannot be moved to another database or transaction. */
    public static final class DifferentDatabases extends DatabaseException {
        private static final long serialVersionUID = 1L;

        public DifferentDatabases() {
            super("the source and target buckets are in different database files");
        }
    }
}
