package dev.plinth.tools.util;

import dev.plinth.mvcc.StoreCorruptedException;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.backend.StorageVersion;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.ProgressBar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** migrate: marks a stopped member's database for another release. Source: tools.md 3.3. */
final class MigrateCommand {
    private final UtilContext context;

    MigrateCommand(UtilContext context) {
        this.context = context;
    }

    Command command() {
        return new Command(
                        "migrate",
                        "Migrates schema of etcd data dir files to make them compatible with"
                                + " different etcd version")
                .flags(
                        Flag.text("data-dir", "", "Path to the etcd data dir").required(),
                        Flag.text(
                                        "target-version",
                                        "",
                                        "Target etcd version to migrate contents of data dir."
                                                + " Minimal value 3.5. Format \"X.Y\" for example"
                                                + " 3.6.")
                                .required(),
                        Flag.bool(
                                "force",
                                "Ignore migration failure and forcefully override storage version."
                                        + " Not recommended."))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        StorageVersion target = target(flags.text("target-version"));
        Path data = context.path(flags.text("data-dir"));
        Path file = context.requireFile(DatabaseCommands.database(data).toString());
        try (Backend backend = context.openBackend(file, flags)) {
            Optional<StorageVersion> present = StorageVersion.detect(backend);
            if (present.isPresent() && present.get().equals(target)) {
                log("storage version up-to-date", target);
                return;
            }
            try (ProgressBar progress = ProgressBar.counting(context.console(), "migrate")) {
                StorageVersion.migrate(
                        backend,
                        target,
                        EntryVersions.newest(
                                context.disk(), data.resolve("member").resolve("wal"), progress));
            } catch (StorageVersion.MigrationException e) {
                if (!flags.isOn("force")) {
                    throw ToolFailure.error(String.valueOf(e.getMessage()));
                }
                force(backend, target);
            }
            backend.forceCommit();
            log("updated storage version", target);
        } catch (DatabaseException | StoreCorruptedException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw ToolFailure.error("failed to read WAL: " + e.getMessage());
        }
    }

    private void log(String message, StorageVersion version) {
        context.console()
                .error(
                        "{\"level\":\"info\",\"msg\":\"%s\",\"storage-version\":\"%s\"}"
                                .formatted(message, version));
    }

    private static StorageVersion target(String text) throws ToolFailure {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 2) {
            throw ToolFailure.arguments(
                    "wrong target version format, expected \"X.Y\", got " + GoText.quote(text));
        }
        StorageVersion target;
        try {
            target = new StorageVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        } catch (NumberFormatException e) {
            throw ToolFailure.arguments("failed to parse target version: " + e.getMessage());
        }
        if (target.compareTo(StorageVersion.V3_5) < 0) {
            throw ToolFailure.arguments(
                    "target version %s not supported. Minimal \"3.5\""
                            .formatted(GoText.quote(text)));
        }
        return target;
    }

    /** Sets or clears the mark, whatever it says now. */
    private static void force(Backend backend, StorageVersion target) {
        backend.beginMaintenance();
        try {
            if (target.equals(StorageVersion.V3_5)) {
                backend.delete(SchemaBucket.META, MetaKeys.storageVersion());
            } else {
                backend.put(
                        SchemaBucket.META,
                        MetaKeys.storageVersion(),
                        target.toString().getBytes(StandardCharsets.US_ASCII));
            }
        } finally {
            backend.endMaintenance();
        }
    }
}
