package dev.plinth.server.log;

import dev.plinth.server.config.LogRotation;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A log file that is put aside when it is full. Names of those put aside are the ones that etcd's
 * log rotation gives, so that both programs clear up the same files:
 *
 * <pre>
 *  etcd.log    etcd-2026-01-02T15-04-05.000.log    etcd-2026-01-02T15-04-05.000.log.gz
 * </pre>
 *
 * <p>Written by the log sink alone, under its lock; compressing and removing is done by the
 * executor. A line is never cut: the file may grow beyond the bound by one line that is longer than
 * the bound.
 */
public final class RotatingFile extends OutputStream {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss.SSS");
    private static final String COMPRESSED = ".gz";

    private final Path file;
    private final LogRotation rotation;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Executor background;
    private final String prefix;
    private final String suffix;
    private OutputStream out;
    private long size;

    /**
     * Opens the file for appending.
     *
     * @param zone the zone of names in local time
     */
    public RotatingFile(
            Path file, LogRotation rotation, InstantSource clock, ZoneId zone, Executor background)
            throws IOException {
        this.file = file.toAbsolutePath();
        this.rotation = rotation;
        this.clock = clock;
        this.zone = rotation.isLocalTime() ? zone : ZoneOffset.UTC;
        this.background = background;
        String name = this.file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        prefix = (dot < 0 ? name : name.substring(0, dot)) + "-";
        suffix = dot < 0 ? "" : name.substring(dot);
        out = new FileOutputStream(this.file.toFile(), true);
        size = Files.size(this.file);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (size > 0 && size + length > rotation.fileBytesMax()) {
            rotate();
        }
        out.write(bytes, offset, length);
        size += length;
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void rotate() throws IOException {
        out.close();
        Path aside = file.resolveSibling(prefix + stamp(clock.instant()) + suffix);
        try {
            Files.move(file, aside);
        } catch (FileAlreadyExistsException _) {
            // Two in one millisecond: the file goes on growing, nothing is overwritten.
        } finally {
            out = new FileOutputStream(file.toFile(), true);
            size = Files.size(file);
        }
        background.execute(this::clearUp);
    }

    private String stamp(Instant instant) {
        return STAMP.format(instant.atZone(zone));
    }

    /** Removes what is too old or too much, and compresses the rest if that is wanted. */
    private synchronized void clearUp() {
        try {
            List<Path> aside = putAside();
            Instant oldest = clock.instant().minus(Duration.ofDays(rotation.ageDaysMax()));
            String oldestName = prefix + stamp(oldest);
            for (int i = 0; i < aside.size(); i++) {
                Path path = aside.get(i);
                boolean isTooMany = rotation.backupsMax() > 0 && i >= rotation.backupsMax();
                boolean isTooOld =
                        rotation.ageDaysMax() > 0
                                && path.getFileName().toString().compareTo(oldestName) < 0;
                if (isTooMany || isTooOld) {
                    Files.deleteIfExists(path);
                } else if (rotation.isCompressed() && !path.toString().endsWith(COMPRESSED)) {
                    compress(path);
                }
            }
        } catch (IOException _) {
            // A full disk keeps a log from being cleared up; the next rotation tries again.
        }
    }

    /** Newest first. */
    private List<Path> putAside() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(file.getParent())) {
            all.filter(this::isPutAside).forEach(found::add);
        }
        found.sort(Comparator.comparing((Path path) -> path.getFileName().toString()).reversed());
        return found;
    }

    private boolean isPutAside(Path path) {
        String name = path.getFileName().toString();
        String plain =
                name.endsWith(COMPRESSED)
                        ? name.substring(0, name.length() - COMPRESSED.length())
                        : name;
        if (!plain.startsWith(prefix) || !plain.endsWith(suffix)) {
            return false;
        }
        int end = plain.length() - suffix.length();
        return end >= prefix.length()
                && plain.substring(prefix.length(), end)
                        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{3}");
    }

    private static void compress(Path path) throws IOException {
        Path compressed = path.resolveSibling(path.getFileName() + COMPRESSED);
        try (OutputStream to = new GZIPOutputStream(Files.newOutputStream(compressed))) {
            Files.copy(path, to);
        } catch (IOException e) {
            Files.deleteIfExists(compressed);
            throw e;
        }
        Files.delete(path);
    }
}
