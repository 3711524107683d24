package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.Watch;
import dev.plinth.tools.client.WatchUpdate;
import dev.plinth.tools.text.InputLines;
import dev.plinth.tools.text.Words;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** watch: one from the command line, or several as their lines come in. */
final class WatchCommand {
    private static final Flag[] FLAGS = {
        Flag.bool("interactive", "Interactive mode").withShorthand("i"),
        Flag.bool("prefix", "Watch on a prefix if prefix is set"),
        Flag.number("rev", 0, "Revision to start watching"),
        Flag.bool("prev-kv", "get the previous key-value pair before the event happens"),
        Flag.bool("progress-notify", "get periodic watch progress notification from server")
    };

    private final CtlContext context;

    WatchCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command(
                        "watch [options] [key or prefix] [range_end] [--] [exec-command arg1 arg2"
                                + " ...]",
                        "Watches events stream on keys or prefixes")
                .flags(FLAGS)
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        if (flags.isOn("interactive")) {
            context.connected(flags, this::interactive);
            return;
        }
        WatchWords words = WatchWords.of(flags, context.environment());
        WatchCreateRequest request = request(flags, words.keys());
        context.connected(flags, session -> watch(session, request, words.program()));
    }

    private static WatchCreateRequest request(ParsedFlags flags, List<String> keys)
            throws ToolFailure {
        WatchCreateRequest.Builder request =
                WatchCreateRequest.newBuilder()
                        .setStartRevision(flags.number("rev"))
                        .setPrevKv(flags.isOn("prev-kv"))
                        .setProgressNotify(flags.isOn("progress-notify"));
        if (keys.size() == 2) {
            if (flags.isOn("prefix")) {
                throw ToolFailure.arguments("`range_end` and `--prefix` are mutually exclusive");
            }
            ByteString key = KeyFlags.bytes(keys.getFirst());
            return request.setKey(key).setRangeEnd(KeyFlags.bytes(keys.get(1))).build();
        }
        KeyFlags.Range range = KeyFlags.Range.of(keys.getFirst(), flags.isOn("prefix"), false);
        return request.setKey(range.key()).setRangeEnd(range.end()).build();
    }

    // ---------------------------------------------------------------- one watch

    private static void watch(CtlSession session, WatchCreateRequest request, List<String> program)
            throws ToolFailure {
        BlockingQueue<WatchUpdate> updates = new LinkedBlockingQueue<>();
        WatchPrinter printer = new WatchPrinter(session, program);
        try (Watch _ = Watch.start(session.client(), request, true, updates::add)) {
            boolean goesOn = true;
            while (goesOn) {
                goesOn = printer.print(updates.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ToolFailure(ToolFailure.INTERRUPTED, "watch is canceled by the server");
    }

    // ---------------------------------------------------------------- lines of watches

    /** The lines come in on a thread of their own, so that updates are printed meanwhile. */
    private record Input(@Nullable String line, String error) {}

    /** Something to print, or a line that came in. */
    private record Turn(
            @Nullable WatchUpdate update, @Nullable WatchPrinter printer, @Nullable Input input) {}

    private void interactive(CtlSession session) throws ToolFailure {
        BlockingQueue<Turn> turns = new LinkedBlockingQueue<>();
        List<Watch> watches = new ArrayList<>();
        Thread reader = Thread.ofVirtual().start(() -> readLines(turns));
        try {
            while (true) {
                Turn turn = turns.take();
                Input input = turn.input();
                if (input != null) {
                    String line = input.line();
                    if (line == null) {
                        throw new ToolFailure(
                                ToolFailure.INVALID_INPUT,
                                "error reading watch request line: " + input.error());
                    }
                    line(session, line.strip(), watches, turns);
                } else if (turn.update() != null && turn.printer() != null) {
                    turn.printer().print(turn.update());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            reader.interrupt();
            watches.forEach(Watch::close);
        }
    }

    private void readLines(BlockingQueue<Turn> turns) {
        InputLines lines = new InputLines(context.console().in());
        try {
            for (String line = lines.nextWhole(); line != null; line = lines.nextWhole()) {
                turns.add(new Turn(null, null, new Input(line, "")));
            }
            turns.add(new Turn(null, null, new Input(null, "EOF")));
        } catch (IOException e) {
            turns.add(new Turn(null, null, new Input(null, String.valueOf(e.getMessage()))));
        }
    }

    private void line(
            CtlSession session, String line, List<Watch> watches, BlockingQueue<Turn> turns)
            throws ToolFailure {
        List<String> words = Words.of(line);
        if (words.isEmpty()) {
            context.console().error("Invalid command: " + line + " (watch and progress supported)");
            return;
        }
        switch (words.getFirst()) {
            case "progress" -> watches.forEach(Watch::requestProgress);
            case "watch" -> {
                if (words.size() < 2 && !WatchWords.isKeyInEnvironment(context.environment())) {
                    context.console()
                            .error(
                                    "Invalid command "
                                            + line
                                            + " (command type or key is not provided)");
                    return;
                }
                open(session, words.subList(1, words.size()), line, watches, turns);
            }
            default -> context.console().error("Invalid command " + line + " (only support watch)");
        }
    }

    private void open(
            CtlSession session,
            List<String> words,
            String line,
            List<Watch> watches,
            BlockingQueue<Turn> turns)
            throws ToolFailure {
        ParsedFlags flags;
        try {
            flags = ParsedFlags.parse(new Command("watch", "").flags(FLAGS), words);
        } catch (ToolFailure e) {
            throw ToolFailure.arguments(e.text());
        }
        WatchWords watched = WatchWords.of(flags, context.environment());
        WatchCreateRequest request;
        try {
            request = request(flags, watched.keys());
        } catch (ToolFailure e) {
            context.console().error("Invalid command " + line + " (" + e.text() + ")");
            return;
        }
        WatchPrinter printer = new WatchPrinter(session, watched.program());
        watches.add(
                Watch.start(
                        session.client(),
                        request,
                        true,
                        update -> turns.add(new Turn(update, printer, null))));
    }
}
