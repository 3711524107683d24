package dev.plinth.tools.util;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.mvcc.backend.OfflineDefragmentation;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.LockWait;
import dev.plinth.pagestore.Options;
import dev.plinth.server.config.CompatVersion;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.FileErrors;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What the offline commands stand on.
 *
 * @param disk where the files are
 * @param clock time
 * @param directory what relative paths are relative to
 * @param console the three streams
 */
record UtilContext(Disk disk, Clock clock, Path directory, Console console) {
    /** Name of the flag that {@link #compat} reads. */
    static final String COMPAT_VERSION = "compat-version";

    private static final String TABLE = "table";

    Path path(String name) {
        return directory.resolve(name);
    }

    /** Refuses what is not there, in the words of a failed {@code stat}. */
    Path requireFile(String name) throws ToolFailure {
        Path path = path(name);
        if (!Files.exists(path)) {
            throw ToolFailure.error(
                    FileErrors.text("stat", Path.of(name), new NoSuchFileException(name)));
        }
        return path;
    }

    /** How long a lock of another process is waited for. */
    LockWait lockWait(ParsedFlags flags) {
        long timeout = flags.nanos("timeout");
        return timeout == 0 ? LockWait.forever(clock) : LockWait.upTo(timeout, clock);
    }

    /** A database that is only read; a checksum behind it does not matter. */
    Database openReadOnly(Path path, ParsedFlags flags) throws ToolFailure {
        try {
            return Database.open(
                    disk, path, Options.etcd().withReadOnly(true).withLockWait(lockWait(flags)));
        } catch (DatabaseException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
    }

    /** A member's database with what etcd keeps in it. */
    Backend openBackend(Path path, ParsedFlags flags) throws ToolFailure {
        try {
            Database database = Database.open(disk, path, databaseOptions(flags));
            return Backend.open(database, BackendOptions.DEFAULT);
        } catch (DatabaseException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
    }

    /** Takes the free space out of a member's database. */
    void rewrite(Path path, ParsedFlags flags, OfflineDefragmentation.Progress progress)
            throws IOException {
        OfflineDefragmentation.rewrite(disk, path, databaseOptions(flags), progress);
    }

    private Options databaseOptions(ParsedFlags flags) {
        return Backend.databaseOptions().withLockWait(lockWait(flags));
    }

    /** Writes a result in the format of {@code -w}. */
    void print(ParsedFlags flags, Report report) throws ToolFailure {
        String format = flags.text("write-out");
        console.print(
                switch (format) {
                    case "simple" -> report.simple();
                    case "json" -> report.json();
                    case "fields" -> report.fields();
                    case TABLE -> report.table();
                    case "protobuf" ->
                            throw new ToolFailure(
                                    ToolFailure.BAD_FEATURE,
                                    "protobuf not supported as output format");
                    default ->
                            throw new ToolFailure(
                                    ToolFailure.BAD_FEATURE, "unsupported output format");
                });
    }

    /** Which etcd's forms are written and printed: {@code --compat-version}. */
    static CompatVersion compat(ParsedFlags flags) throws ToolFailure {
        String text = flags.text(COMPAT_VERSION);
        for (CompatVersion each : CompatVersion.values()) {
            if (each.minor().equals(text)) {
                return each;
            }
        }
        throw ToolFailure.arguments("--compat-version must be 3.5, 3.6 or 3.7, not " + text);
    }

    /** Turns a refusal of the file system into the command's failure. */
    static ToolFailure failure(IOException refusal) {
        return ToolFailure.error(String.valueOf(refusal.getMessage()));
    }
}
