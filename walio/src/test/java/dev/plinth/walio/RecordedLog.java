package dev.plinth.walio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A data directory that a real etcd wrote; see {@code src/test/resources/wal/README.md}. */
record RecordedLog(
        String name,
        List<StoredFile> files,
        List<StoredRecord> records,
        LogState state,
        List<SnapshotMark> marks,
        SnapshotMark lastValid,
        int entriesFromStart,
        int entriesFromLastValid,
        long lastIndex,
        long nextOffset,
        int nextCrc,
        boolean hasGap) {
    /** A file of the directory. */
    record StoredFile(String path, String storedAs, long fullSize) {}

    /** A record of its log. */
    record StoredRecord(
            String file, long offset, long lengthWord, int type, int crc, int dataLength) {}

    static final List<String> NAMES =
            List.of(
                    "v35-cluster-m1",
                    "v35-cluster-m2",
                    "v35-cluster-m3",
                    "v35-cut",
                    "v35-fresh",
                    "v35-killed",
                    "v35-puts50",
                    "v35-snapshots",
                    "v37-cut",
                    "v37-fresh",
                    "v37-puts50",
                    "v37-snapshots",
                    "v37-upgraded-from-v35");

    @Override
    public String toString() {
        return name;
    }

    static Stream<RecordedLog> all() {
        return NAMES.stream().map(RecordedLog::load);
    }

    static RecordedLog load(String name) {
        List<StoredFile> files = new ArrayList<>();
        List<SnapshotMark> marks = new ArrayList<>();
        LogState state = new LogState(0, 0, 0, new byte[0]);
        SnapshotMark valid = SnapshotMark.START;
        int[] entries = new int[2];
        long last = 0;
        long nextOffset = 0;
        int nextCrc = 0;
        boolean gap = false;
        for (String line : lines(name + "/expected.txt")) {
            String[] word = line.split(" ", -1);
            switch (word[0]) {
                case "file" -> files.add(new StoredFile(word[1], word[2], Long.parseLong(word[3])));
                case "state" ->
                        state =
                                new LogState(
                                        Long.parseLong(word[1]),
                                        Long.parseUnsignedLong(word[2], 16),
                                        Long.parseLong(word[3]),
                                        new byte[0]);
                case "mark" -> marks.add(mark(word));
                case "valid" -> valid = mark(word);
                case "entries" -> {
                    entries[0] = Integer.parseInt(word[1]);
                    entries[1] = Integer.parseInt(word[2]);
                }
                case "last" -> last = Long.parseLong(word[1]);
                case "next" -> {
                    nextOffset = Long.parseLong(word[1]);
                    nextCrc = Integer.parseUnsignedInt(word[2], 16);
                }
                case "gap" -> gap = Boolean.parseBoolean(word[1]);
                default -> throw new IllegalArgumentException(line);
            }
        }
        return new RecordedLog(
                name,
                files,
                lines(name + "/records.tsv").stream().map(RecordedLog::storedRecord).toList(),
                state,
                marks,
                valid,
                entries[0],
                entries[1],
                last,
                nextOffset,
                nextCrc,
                gap);
    }

    private static SnapshotMark mark(String[] word) {
        return new SnapshotMark(Long.parseLong(word[1]), Long.parseLong(word[2]), null);
    }

    private static StoredRecord storedRecord(String line) {
        String[] field = line.split("\t", -1);
        return new StoredRecord(
                field[0],
                Long.parseLong(field[1]),
                Long.parseUnsignedLong(field[2], 16),
                Integer.parseInt(field[3]),
                Integer.parseUnsignedInt(field[4], 16),
                Integer.parseInt(field[5]));
    }

    static List<String> lines(String resource) {
        return new String(bytes(resource), StandardCharsets.UTF_8).lines().toList();
    }

    private static byte[] bytes(String resource) {
        try (@Nullable InputStream in = RecordedLog.class.getResourceAsStream("/wal/" + resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Puts the files below a directory.
     *
     * @param isFullSize with the zeros behind the end, as the servers left them; else as stored
     */
    void writeTo(Path directory, boolean isFullSize) throws IOException {
        Files.createDirectories(directory.resolve("member/wal"));
        Files.createDirectories(directory.resolve("member/snap"));
        for (StoredFile file : files) {
            Path target = directory.resolve(file.path);
            if (file.storedAs.endsWith(".gz")) {
                putUnpacked(file, target);
                continue;
            }
            byte[] content = bytes(name + "/" + file.storedAs);
            Files.write(target, content);
            if (isFullSize && content.length < file.fullSize) {
                try (RandomAccessFile open = new RandomAccessFile(target.toFile(), "rw")) {
                    open.setLength(file.fullSize);
                }
            }
        }
    }

    /**
     * The large segments are unpacked once. All but the last of a log are complete, so the log only
     * reads them: they are linked; whoever damages one has to {@link #detach} it first.
     */
    private void putUnpacked(StoredFile file, Path target) throws IOException {
        Path unpacked = Unpacked.DIRECTORY.resolve(name + "-" + target.getFileName());
        if (!Files.exists(unpacked)) {
            try (InputStream in =
                    new GZIPInputStream(
                            new ByteArrayInputStream(bytes(name + "/" + file.storedAs)))) {
                Files.copy(in, unpacked);
            }
        }
        Files.deleteIfExists(target);
        if (file.path.equals(lastSegment())) {
            Files.copy(unpacked, target);
        } else {
            Files.createLink(target, unpacked);
        }
    }

    private String lastSegment() {
        return files.stream()
                .map(StoredFile::path)
                .filter(path -> path.endsWith(".wal"))
                .sorted()
                .toList()
                .getLast();
    }

    /** Makes a file of its own out of one that may be linked. */
    static void detach(Path file) throws IOException {
        if ((int) Files.getAttribute(file, "unix:nlink") == 1) {
            return;
        }
        Path copy = file.resolveSibling("detached.tmp");
        Files.copy(file, copy);
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Holds the unpacked files for the life of the test process. */
    private static final class Unpacked {
        static final Path DIRECTORY = create();

        private static Path create() {
            try {
                Path directory = Files.createTempDirectory("recorded-logs");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
                return directory;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void delete(Path directory) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
                Files.delete(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
