package dev.plinth.tools.util;

import dev.plinth.mvcc.HashResult;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.StoreCorruptedException;
import dev.plinth.mvcc.StoreOptions;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.lease.LessorOptions;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.rpc.ErrorMapping;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.FileErrors;
import dev.plinth.tools.text.ProgressBar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** defrag and hashkv. */
final class DatabaseCommands {
    private final UtilContext context;

    DatabaseCommands(UtilContext context) {
        this.context = context;
    }

    static Path database(Path data) {
        return data.resolve("member").resolve("snap").resolve("db");
    }

    // ---------------------------------------------------------------- defrag

    Command defrag() {
        return new Command("defrag", "Defragments the storage of the etcd")
                .flags(
                        Flag.text(
                                        "data-dir",
                                        "",
                                        "Required. Defragments a data directory not in use by"
                                                + " etcd.")
                                .required())
                .does(this::runDefrag);
    }

    private void runDefrag(ParsedFlags flags) throws ToolFailure {
        String name = flags.text("data-dir");
        Path file = database(context.path(name));
        String reason;
        if (!Files.exists(file)) {
            reason = FileErrors.text("stat", file, new NoSuchFileException(file.toString()));
        } else {
            try (ProgressBar progress = ProgressBar.ofBytes(context.console(), "defrag")) {
                context.rewrite(file, flags, progress::update);
                return;
            } catch (DatabaseException | IOException e) {
                reason = String.valueOf(e.getMessage());
            }
        }
        throw ToolFailure.error("Failed to defragment etcd data[" + name + "] (" + reason + ")");
    }

    // ---------------------------------------------------------------- hashkv

    Command hashKv() {
        return new Command("hashkv <filename>", "Prints the KV history hash of a given file")
                .flags(Flag.number("rev", 0, "maximum revision to hash (default: latest revision)"))
                .does(this::runHashKv);
    }

    private void runHashKv(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("hashkv requires exactly one argument");
        }
        Path file = context.requireFile(flags.arguments().getFirst());
        HashResult result;
        try {
            // On a copy: opening a store takes up a compaction that was begun, which changes it.
            Path copy = Files.createTempFile(file.toAbsolutePath().getParent(), "hashkv", ".tmp");
            try {
                SnapshotCopy.copy(file, copy, true, context.console());
                result = hash(copy, flags);
            } finally {
                Files.deleteIfExists(copy);
            }
        } catch (IOException e) {
            throw UtilContext.failure(e);
        }
        context.print(
                flags,
                new Report()
                        .number("hash", "Hash", "hash", result.hash())
                        .number("hash revision", "Hash revision", "hashRevision", result.revision())
                        .number(
                                "compact revision",
                                "Compact revision",
                                "compactRevision",
                                result.compactRevision()));
    }

    private HashResult hash(Path file, ParsedFlags flags) throws ToolFailure {
        try (Backend backend = context.openBackend(file, flags);
                KeyValueStore store =
                        KeyValueStore.open(
                                backend,
                                Lessor.recover(backend, LessorOptions.DEFAULT),
                                StoreOptions.DEFAULT)) {
            return store.hashKv(flags.number("rev"));
        } catch (MvccException e) {
            throw ToolFailure.error(text(e));
        } catch (DatabaseException | StoreCorruptedException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
    }

    private static String text(MvccException refusal) {
        EtcdError error =
                switch (refusal.reason()) {
                    case COMPACTED -> EtcdError.COMPACTED;
                    case FUTURE_REVISION -> EtcdError.FUTURE_REVISION;
                    default -> EtcdError.UNMAPPED;
                };
        String text = ErrorMapping.status(error).getDescription();
        return text == null
                ? String.valueOf(refusal.getMessage())
                : text.substring(text.indexOf(' ') + 1);
    }
}
