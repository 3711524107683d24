package dev.plinth.tools.util;

import dev.plinth.mvcc.StoreCorruptedException;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.walio.LogState;
import dev.plinth.walio.Replay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * verify: whether a member's log and database fit together. etcd does the same by itself under
 * {@code ETCD_VERIFY}. Source: tools.md 3.4.
 */
final class VerifyCommand {
    private final UtilContext context;

    VerifyCommand(UtilContext context) {
        this.context = context;
    }

    Command command() {
        return new Command(
                        "verify",
                        "Checks that the log and the database of a stopped member fit together")
                .flags(
                        Flag.text("data-dir", "", "Required. The member's data directory.")
                                .required(),
                        Flag.text("wal-dir", "", "Path to the WAL directory if it is apart"),
                        Flag.bool(
                                "exact-index",
                                "the database must hold just what is committed, as after a"
                                        + " restore"))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        Path data = context.path(flags.text("data-dir"));
        Path folder =
                flags.text("wal-dir").isEmpty()
                        ? data.resolve("member").resolve("wal")
                        : context.path(flags.text("wal-dir"));
        Path database = DatabaseCommands.database(data);
        if (!Files.exists(database)) {
            return;
        }
        Replay log;
        try {
            log = MemberLog.read(context.disk(), folder);
        } catch (IOException e) {
            throw ToolFailure.error("failed to read WAL: " + e.getMessage());
        }
        LogState state = log.state().orElse(null);
        long commit = state == null ? 0 : state.commit();
        long logTerm = state == null ? 0 : state.term();
        try (Backend backend = context.openBackend(database, flags)) {
            long index = backend.consistentIndex();
            long term = backend.consistentTerm();
            if (flags.isOn("exact-index")) {
                require(
                        index == commit,
                        "ConsistentIndex",
                        index,
                        "==",
                        "HardState.commit",
                        commit);
                require(term == logTerm, "Term", term, "==", "HardState.term", logTerm);
            }
            require(index <= commit, "ConsistentIndex", index, "<=", "HardState.commit", commit);
            require(term <= logTerm, "Term", term, "<=", "HardState.term", logTerm);
            long snapshot = log.snapshot().index();
            require(index >= snapshot, "ConsistentIndex", index, ">=", "snapshot.index", snapshot);
        } catch (DatabaseException | StoreCorruptedException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
    }

    private static void require(
            boolean holds, String name, long value, String relation, String other, long expected)
            throws ToolFailure {
        if (!holds) {
            throw ToolFailure.error(
                    "backend.%s (%d) expected %s WAL.%s (%d)"
                            .formatted(name, value, relation, other, expected));
        }
    }
}
