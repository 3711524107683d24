package dev.plinth.server.dump;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.raft.ConfState;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.server.cli.GoFlags;
import dev.plinth.server.cluster.ConfStateJson;
import dev.plinth.walio.LogEntry;
import dev.plinth.walio.LogState;
import dev.plinth.walio.Replay;
import dev.plinth.walio.SnapshotMark;
import dev.plinth.walio.SnapshotMarks;
import dev.plinth.walio.io.PosixException;
import dev.plinth.walio.snap.SnapshotDirectory;
import dev.plinth.walio.snap.SnapshotFile;
import dev.plinth.walio.snap.SnapshotFileException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code plinth dump-logs}: the write-ahead log as text, in the form of etcd's own tool as of 3.6.
 * Reads without locks and changes nothing, so that it may run beside a member.
 */
public final class DumpLogs {
    private static final String SNAP = "start-snap";
    private static final String START = "start-index";
    private static final String END = "end-index";
    private static final String WAL = "wal-dir";
    private static final String TYPE = "entry-type";
    private static final String DECODER = "stream-decoder";
    private static final String RAW = "raw";

    private final DumpContext context;
    private final PrintStream out;
    private final GoFlags flags;

    private DumpLogs(DumpContext context) {
        this.context = context;
        this.out = context.out();
        this.flags =
                new GoFlags("dump-logs")
                        .declare(
                                SNAP,
                                GoFlags.Kind.STRING,
                                "",
                                "The base name of snapshot file to start dumping")
                        .declare(START, GoFlags.Kind.UINT, "0", "The index to start dumping behind")
                        .declare(
                                END,
                                GoFlags.Kind.UINT,
                                "0",
                                "The index to stop dumping before; 0 for none")
                        .declare(
                                WAL,
                                GoFlags.Kind.STRING,
                                "",
                                "If set, dumps the log of this folder, not that of 'data-dir/member/wal'")
                        .declare(TYPE, GoFlags.Kind.STRING, EntryFilter.DEFAULT, EntryFilter.USAGE)
                        .declare(
                                DECODER,
                                GoFlags.Kind.STRING,
                                "",
                                "The program that decodes requests: it reads one line of hexadecimal digits for\n"
                                        + "each entry and answers with one line \"status|data\"")
                        .declare(
                                RAW,
                                GoFlags.Kind.BOOL,
                                "false",
                                "Print each record, whether the log is sound or not");
    }

    /** A dump ends early: the message is told, the exit code is 1. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }

    /**
     * The program; the process ends with 0, 1 for a log that cannot be read, or 2 for bad flags.
     */
    public static void main(String[] words) {
        System.exit(run(DumpContext.ofProcess(), List.of(words)));
    }

    /** Runs one command line; returns the exit code. */
    public static int run(DumpContext context, List<String> words) {
        try {
            return new DumpLogs(context).execute(words);
        } finally {
            context.out().flush();
            context.err().flush();
        }
    }

    private int execute(List<String> words) {
        try {
            flags.parse(words);
        } catch (GoFlags.UsageException e) {
            context.err().println(e.getMessage());
            flags.printUsage(context.err());
            return 2;
        }
        if (flags.isHelpAsked()) {
            out.println(
                    "Usage: plinth dump-logs [flags] DATA_DIR\n\nPrints the write-ahead log of a member as text.\n");
            flags.printUsage(out);
            return 0;
        }
        try {
            dump();
            return 0;
        } catch (Refusal e) {
            out.flush();
            context.log(String.valueOf(e.getMessage()));
            return 1;
        }
    }

    private void dump() throws Refusal {
        if (flags.arguments().size() != 1) {
            throw new Refusal(
                    "Must provide data-dir argument (got ["
                            + String.join(" ", flags.arguments())
                            + "])");
        }
        if (!flags.text(SNAP).isEmpty() && flags.number(START) != 0) {
            throw new Refusal("start-snap and start-index flags cannot be used together.");
        }
        Path member = context.directory().resolve(flags.arguments().getFirst()).resolve("member");
        Path wal =
                flags.text(WAL).isEmpty()
                        ? member.resolve("wal")
                        : context.directory().resolve(flags.text(WAL));
        if (flags.isOn(RAW)) {
            dumpRaw(wal);
        } else {
            dumpEntries(wal, member.resolve("snap"));
        }
    }

    private void dumpRaw(Path wal) throws Refusal {
        if (!flags.text(SNAP).isEmpty() || flags.isGiven(TYPE) || flags.isGiven(DECODER)) {
            throw new Refusal(
                    "flags --start-snap, --entry-type, --stream-decoder cannot be used in the RAW mode.");
        }
        try {
            new RawLog(context, flags.number(START)).print(wal);
        } catch (IOException e) {
            throw new Refusal("Error: Failed to read directory content: " + e.getMessage());
        }
    }

    // ---- where to begin ----

    private void dumpEntries(Path wal, Path snap) throws Refusal {
        SnapshotMark from =
                flags.isGiven(START) ? markOfIndex(wal) : markOfSnapshot(snapshotFile(snap));
        Replay replay = replay(wal, from);
        List<LogEntry> entries = replay.entries().stream().filter(this::isBeforeEnd).toList();
        printMetadata(replay);
        out.println("WAL entries: " + entries.size());
        if (!entries.isEmpty()) {
            out.println("lastIndex=" + Long.toUnsignedString(entries.getLast().index()));
        }
        String decoder = flags.text(DECODER);
        out.printf(
                "%4s\t%10s\ttype\tdata%s%n",
                "term", "index", decoder.isEmpty() ? "" : "\tdecoder_status\tdecoded_data");
        printEntries(entries, decoder);
    }

    private boolean isBeforeEnd(LogEntry entry) {
        long end = flags.number(END);
        return end == 0 || Long.compareUnsigned(entry.index(), end) < 0;
    }

    private SnapshotMark markOfIndex(Path wal) throws Refusal {
        long index = flags.number(START);
        out.println("Start dumping log entries from index " + Long.toUnsignedString(index) + ".");
        try {
            return SnapshotMarks.valid(context.disk(), wal).stream()
                    .filter(mark -> mark.index() == index)
                    .findFirst()
                    .orElse(new SnapshotMark(index, 0, null));
        } catch (IOException e) {
            throw new Refusal("Failed reading WAL: " + e.getMessage());
        }
    }

    private Optional<SnapshotFile> snapshotFile(Path snap) throws Refusal {
        try {
            String chosen = flags.text(SNAP);
            return chosen.isEmpty()
                    ? newest(snap)
                    : Optional.of(SnapshotDirectory.read(context.disk(), snap.resolve(chosen)));
        } catch (IOException e) {
            throw new Refusal("Failed loading snapshot: " + e.getMessage());
        }
    }

    /** Unlike a member, which puts unreadable files aside, this only passes over them. */
    private Optional<SnapshotFile> newest(Path snap) throws IOException {
        if (!context.disk().exists(snap)) {
            return Optional.empty();
        }
        List<String> names =
                context.disk().list(snap).stream()
                        .filter(name -> name.endsWith(".snap"))
                        .sorted(Comparator.reverseOrder())
                        .toList();
        for (String name : names) {
            try {
                return Optional.of(SnapshotDirectory.read(context.disk(), snap.resolve(name)));
            } catch (SnapshotFileException e) {
                context.log("Warning: passed over: " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    private SnapshotMark markOfSnapshot(Optional<SnapshotFile> found) throws Refusal {
        out.println("Snapshot:");
        SnapshotMark mark = SnapshotMark.START;
        if (found.isEmpty()) {
            out.println("empty");
        } else {
            SnapshotFile file = found.get();
            ConfState members = confState(file);
            out.println(
                    "term="
                            + Long.toUnsignedString(file.term())
                            + " index="
                            + Long.toUnsignedString(file.index())
                            + members.voters().stream()
                                    .map(Long::toHexString)
                                    .collect(Collectors.joining(" ", " nodes=[", "]"))
                            + " confstate="
                            + ConfStateJson.write(members));
            mark = new SnapshotMark(file.index(), file.term(), null);
        }
        out.println("Start dumping log entries from snapshot.");
        return mark;
    }

    private static ConfState confState(SnapshotFile file) throws Refusal {
        try {
            return ConfState.decode(file.confState(), 0, file.confState().length);
        } catch (RaftDecodeException e) {
            throw new Refusal("Failed loading snapshot: " + e.getMessage());
        }
    }

    private Replay replay(Path wal, SnapshotMark from) throws Refusal {
        try {
            Replay replay = Replay.read(context.disk(), wal, from);
            if (!replay.isSnapshotFound() && !flags.isGiven(START)) {
                throw new Refusal("Failed reading WAL: wal: snapshot not found");
            }
            return replay;
        } catch (PosixException e) {
            throw new Refusal("Failed opening WAL: " + e.getMessage());
        } catch (IOException e) {
            throw new Refusal("Failed reading WAL: " + e.getMessage());
        }
    }

    // ---- what is there ----

    private void printMetadata(Replay replay) throws Refusal {
        long node = 0;
        long cluster = 0;
        try {
            CodedInputStream in = CodedInputStream.newInstance(replay.metadata());
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 1 -> node = in.readUInt64();
                    case 2 -> cluster = in.readUInt64();
                    default -> in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new Refusal("Failed reading WAL: metadata record: " + e.getMessage());
        }
        LogState state = replay.state().orElse(new LogState(0, 0, 0, new byte[0]));
        out.println("WAL metadata:");
        out.println(
                "nodeID="
                        + Long.toHexString(node)
                        + " clusterID="
                        + Long.toHexString(cluster)
                        + " term="
                        + Long.toUnsignedString(state.term())
                        + " commitIndex="
                        + Long.toUnsignedString(state.commit())
                        + " vote="
                        + Long.toHexString(state.vote()));
    }

    private void printEntries(List<LogEntry> entries, String decoderCommand) throws Refusal {
        String types = flags.text(TYPE);
        EntryFilter filter =
                new EntryFilter(
                        types,
                        unknown -> context.log(unknown + " is not a valid entry-type, ignored"));
        int printed = 0;
        try (StreamDecoder decoder =
                decoderCommand.isEmpty() ? null : new StreamDecoder(decoderCommand)) {
            for (LogEntry entry : entries) {
                EntryContent content = EntryContent.of(entry);
                if (filter.passes(content)) {
                    out.printf(
                            "%4s\t%10s\t%s",
                            Long.toUnsignedString(entry.term()),
                            Long.toUnsignedString(entry.index()),
                            content.text());
                    if (decoder != null) {
                        out.print("\t" + decoder.decode(EntryContent.payload(entry)));
                    }
                    out.println();
                    printed++;
                }
            }
        } catch (IOException e) {
            throw new Refusal("stream-decoder: " + e.getMessage());
        }
        out.printf("%nEntry types (%s) count is : %d%n", types, printed);
    }
}
