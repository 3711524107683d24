package dev.plinth.server.dump;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * What the dumps stand on.
 *
 * @param disk where the files are
 * @param directory what relative paths of the command line are relative to
 * @param out the dump
 * @param err messages
 * @param clock dates the messages
 * @param zone of those dates
 */
public record DumpContext(
        Disk disk, Path directory, PrintStream out, PrintStream err, Clock clock, ZoneId zone) {
    private static final int OUTPUT_BUFFER_BYTES = 1 << 16;
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss");

    /** The process's own files, streams and time; the dump is buffered. */
    static DumpContext ofProcess() {
        OutputStream out =
                new BufferedOutputStream(
                        new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER_BYTES);
        return new DumpContext(
                new LinuxDisk(),
                Path.of(""),
                new PrintStream(out, false, UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8),
                new SystemClock(),
                ZoneId.systemDefault());
    }

    /** A message as Go's log package writes it: behind date and time. */
    void log(String message) {
        err.println(
                DATE.format(Instant.ofEpochMilli(clock.wallMillis()).atZone(zone)) + " " + message);
    }
}
