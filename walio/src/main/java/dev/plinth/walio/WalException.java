package dev.plinth.walio;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A log that cannot be used as it is: what is wrong, in which file and where. The message begins
 * with the reference's text, so that operators find what they know.
 */
public final class WalException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Kind {
        /** There is no log, or none that reaches down to the snapshot asked for. */
        FILE_NOT_FOUND("wal: file not found"),
        /** A log stands where a new one should be made. */
        ALREADY_EXISTS("file already exists"),
        /** The numbers in the segments' names do not rise by one. */
        SEQUENCE("wal: file sequence numbers do not increase continuously"),
        /** Another process has the log. */
        LOCKED("fileutil: file already locked"),
        /** Stored and computed crc differ. */
        CRC_MISMATCH("walpb: crc mismatch"),
        /** A record is cut off or its end was never written; a torn tail if in the last segment. */
        UNEXPECTED_END("unexpected EOF"),
        /** A record or the message in it is not protobuf. */
        MALFORMED("proto: cannot parse invalid wire-format data"),
        /** A record of no known type. */
        RECORD_TYPE("unexpected block type"),
        /** Two metadata records differ. */
        METADATA_CONFLICT("wal: conflicting metadata found"),
        /** No metadata record in the segments read. */
        METADATA_MISSING("wal: no metadata record"),
        /** A snapshot record has the index asked for and another term. */
        SNAPSHOT_MISMATCH("wal: snapshot mismatch"),
        /** No record of the snapshot asked for. */
        SNAPSHOT_NOT_FOUND("wal: snapshot not found"),
        /** A snapshot record is of a term that the log has not reached. */
        SNAPSHOT_TERM("wal: snapshot of a term above the last state's"),
        /** The last hard state has committed what the log does not hold. */
        COMMIT_OUT_OF_RANGE("wal: committed entries are missing"),
        /** Entries are missing between two that are there. */
        INDEX_GAP("wal: slice bounds out of range"),
        /**
         * Records follow the place where the log seems to end; the reference drops them silently.
         */
        DATA_BEHIND_END("wal: data behind the end of the log"),
        /** The log ends before what the database holds; the reference goes on and loses writes. */
        ENDS_EARLY("wal: the log ends before the database's consistent index");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** The reference's text, or ours where it has none. */
        public String text() {
            return text;
        }
    }

    private final Kind kind;
    private final @Nullable String file;
    private final long offset;

    private WalException(Kind kind, @Nullable Path file, long offset, String message) {
        super(message);
        this.kind = kind;
        this.file = file == null ? null : file.toString();
        this.offset = offset;
    }

    /** Something wrong with the log as a whole. */
    static WalException of(Kind kind, String message) {
        return new WalException(kind, null, -1, message);
    }

    /** Something wrong with a file. */
    static WalException in(Kind kind, Path file, String message) {
        return new WalException(kind, file, -1, message);
    }

    /**
     * Something wrong at a place in a file.
     *
     * @param detail follows the kind's text; found and expected values
     */
    static WalException at(Kind kind, Path file, long offset, String detail) {
        String message =
                kind.text
                        + (detail.isEmpty() ? "" : ": " + detail)
                        + ": in file '"
                        + file.getFileName()
                        + "' at position: "
                        + offset;
        return new WalException(kind, file, offset, message);
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }

    /** The file concerned; null if it is the log as a whole. */
    public @Nullable String file() {
        return file;
    }

    /** Offset of the record concerned in the file; -1 if there is none. */
    public long offset() {
        return offset;
    }
}
