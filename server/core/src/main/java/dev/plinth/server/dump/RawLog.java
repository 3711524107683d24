package dev.plinth.server.dump;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.raft.EntryType;
import dev.plinth.walio.RecordScanner;
import dev.plinth.walio.WalException;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Each record of a log in one line, whatever it says: marks and order are not looked at, and
 * reading goes on behind records whose crc does not match. One thread.
 */
final class RawLog {
    private static final String SUFFIX = ".wal";
    private static final int METADATA = 1;
    private static final int ENTRY = 2;
    private static final int STATE = 3;
    private static final int CRC = 4;
    private static final int SNAPSHOT = 5;

    private final DumpContext context;
    private final PrintStream out;
    private final long firstIndex;
    private boolean isChainBroken;

    /**
     * A dump.
     *
     * @param firstIndex entries, states and snapshots below it are left out
     */
    RawLog(DumpContext context, long firstIndex) {
        this.context = context;
        this.out = context.out();
        this.firstIndex = firstIndex;
    }

    void print(Path directory) throws IOException {
        List<DiskFile> files = new ArrayList<>();
        try {
            for (String name : context.disk().list(directory)) {
                if (name.endsWith(SUFFIX)) {
                    files.add(context.disk().open(directory.resolve(name), 0, OpenFlag.READ));
                } else {
                    context.log("Warning: Ignoring not .wal file: " + name);
                }
            }
            try (RecordScanner scanner = new RecordScanner(files)) {
                printAll(scanner);
            }
        } finally {
            for (DiskFile file : files) {
                file.close();
            }
        }
    }

    private void printAll(RecordScanner scanner) throws IOException {
        try {
            while (next(scanner)) {
                print(scanner);
            }
            out.println("EOF: All entries were processed.");
        } catch (WalException e) {
            if (e.kind() == WalException.Kind.UNEXPECTED_END) {
                out.println(
                        "ErrUnexpectedEOF: The last record might be corrupted, error: unexpected EOF.");
            }
            context.log("Error: Reading failed: " + e.getMessage());
        }
    }

    /**
     * Moves on; what does not match its crc is printed, and told once up to the next crc record.
     */
    private boolean next(RecordScanner scanner) throws IOException {
        while (true) {
            try {
                return scanner.next();
            } catch (WalException e) {
                if (e.kind() != WalException.Kind.CRC_MISMATCH) {
                    throw e;
                }
                if (!isChainBroken) {
                    context.log("Error: Reading entry failed with CRC error: " + e.getMessage());
                    isChainBroken = true;
                }
                print(scanner);
                scanner.skipMismatch();
            }
        }
    }

    private void print(RecordScanner scanner) {
        if (scanner.type() == CRC) {
            isChainBroken = false;
            out.println("CRC: " + Integer.toUnsignedString(scanner.crc()));
            return;
        }
        Fields fields;
        try {
            fields = Fields.of(scanner.data());
        } catch (IOException e) {
            context.log(
                    "Error: unreadable record at " + scanner.nextOffset() + ": " + e.getMessage());
            return;
        }
        switch (scanner.type()) {
            case METADATA ->
                    out.printf("Metadata: NodeID:%s  ClusterID:%s%n", fields.hex(1), fields.hex(2));
            case ENTRY -> {
                if (isWanted(fields.numbers[3])) {
                    out.println("Entry: " + entry(fields));
                }
            }
            case STATE -> {
                if (isWanted(fields.numbers[3])) {
                    out.printf(
                            "HardState: term:%s vote:%s commit:%s%n",
                            fields.number(1), fields.number(2), fields.number(3));
                }
            }
            case SNAPSHOT -> {
                if (isWanted(fields.numbers[1])) {
                    out.printf("Snapshot: index:%s term:%s%n", fields.number(1), fields.number(2));
                }
            }
            default -> context.log("Unexpected WAL log type: " + scanner.type());
        }
    }

    private boolean isWanted(long index) {
        return Long.compareUnsigned(index, firstIndex) >= 0;
    }

    private static String entry(Fields fields) {
        StringBuilder text = new StringBuilder();
        text.append("Term:").append(fields.number(2)).append(" Index:").append(fields.number(3));
        if (fields.numbers[1] == EntryType.CONF_CHANGE.number()) {
            text.append(" Type:EntryConfChange");
        } else if (fields.numbers[1] == EntryType.CONF_CHANGE_V2.number()) {
            text.append(" Type:EntryConfChangeV2");
        }
        if (!fields.bytes.isEmpty()) {
            text.append(" Data:").append(CompactText.quote(fields.bytes));
        }
        return text.append(' ').toString();
    }

    /** A message of numbers in the fields 1 to 3 and bytes in field 4. */
    private record Fields(long[] numbers, ByteString bytes) {
        static Fields of(MemorySegment data) throws IOException {
            long[] numbers = new long[4];
            ByteString bytes = ByteString.EMPTY;
            CodedInputStream in = CodedInputStream.newInstance(data.asByteBuffer());
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                int number = WireFormat.getTagFieldNumber(tag);
                int type = WireFormat.getTagWireType(tag);
                if (number < numbers.length && type == WireFormat.WIRETYPE_VARINT) {
                    numbers[number] = in.readUInt64();
                } else if (number == 4 && type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                    bytes = in.readBytes();
                } else {
                    in.skipField(tag);
                }
            }
            return new Fields(numbers, bytes);
        }

        String number(int field) {
            return Long.toUnsignedString(numbers[field]);
        }

        String hex(int field) {
            return Long.toHexString(numbers[field]);
        }
    }
}
