package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.Contender;
import dev.plinth.tools.client.LeaseSession;
import dev.plinth.tools.text.RawText;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** lock: holds a lock while a program runs, or until the user ends it. */
final class LockCommand {
    private static final int SIGNALLED_CODE = 255;

    private final CtlContext context;

    LockCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("lock <lockname> [exec-command arg1 arg2 ...]", "Acquires a named lock")
                .flags(Flag.number("ttl", 10, "timeout for session"))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.isEmpty()) {
            throw ToolFailure.arguments(
                    "lock takes a lock name argument and an optional command to execute");
        }
        context.connected(
                flags,
                session -> {
                    try (LeaseSession lease =
                            LeaseSession.begin(session.client(), flags.number("ttl"))) {
                        hold(session, lease, words);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private void hold(CtlSession session, LeaseSession lease, List<String> words)
            throws CallFailure, ToolFailure, InterruptedException {
        Contender place =
                Contender.enter(
                        session.client(),
                        KeyFlags.bytes(words.getFirst()),
                        lease.lease(),
                        ByteString.EMPTY);
        try (EndSignals.Registration _ = context.signals().onEnd(() -> leave(place))) {
            place.awaitTurn();
            if (place.read().getKvsCount() == 0) {
                throw ToolFailure.error("mutex: session is expired");
            }
            if (words.size() > 1) {
                runProgram(session, place, words.subList(1, words.size()));
                return;
            }
            session.printer().range(place.read());
            session.console().flush();
            lease.lost().join();
            throw ToolFailure.error("session expired");
        } finally {
            leave(place);
        }
    }

    private static void leave(Contender place) {
        try {
            place.leave();
        } catch (CallFailure _) {
            // The key goes with its lease.
        }
    }

    private void runProgram(CtlSession session, Contender place, List<String> program)
            throws ToolFailure {
        Map<String, String> variables = new HashMap<>();
        variables.put("ETCD_LOCK_KEY", RawText.decode(place.key().toByteArray()));
        variables.put("ETCD_LOCK_REV", Long.toString(place.headerRevision()));
        // What is inherited wins.
        variables.keySet().removeAll(context.environment().keySet());
        ChildProcess.End end;
        try {
            end = new ChildProcess(program, variables).run(session.console());
        } catch (IOException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
        if (!end.isSuccess()) {
            throw new ToolFailure(end.isSignalled() ? SIGNALLED_CODE : end.exitCode(), end.text());
        }
    }
}
