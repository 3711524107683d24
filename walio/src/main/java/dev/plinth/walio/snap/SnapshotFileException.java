package dev.plinth.walio.snap;

import java.io.IOException;
import java.nio.file.Path;

/** A snapshot file that cannot be used. The message begins with the reference's text. */
public final class SnapshotFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with it. */
    public enum Kind {
        /** No content, no data or no crc in it. */
        EMPTY("snap: empty snapshot"),
        /** The data does not match the crc. */
        CRC_MISMATCH("snap: crc mismatch"),
        /** Not the protobuf messages that it should hold. */
        MALFORMED("proto: cannot parse invalid wire-format data"),
        /** The received database is not there. */
        MISSING("snap: snapshot file doesn't exist");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    private final Kind kind;
    private final String file;

    SnapshotFileException(Kind kind, Path file, String detail) {
        super(kind.text + (detail.isEmpty() ? "" : ": " + detail) + ": in file '" + file + "'");
        this.kind = kind;
        this.file = file.toString();
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }

    /** The file concerned. */
    public String file() {
        return file;
    }
}
