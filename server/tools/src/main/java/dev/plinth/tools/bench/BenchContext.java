package dev.plinth.tools.bench;

import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.text.Console;
import dev.plinth.walio.io.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What all benchmarks stand on.
 *
 * @param console the three streams
 * @param clock time
 * @param environment variables of the process
 * @param directory what relative paths are relative to
 * @param processors how many the machine has
 */
record BenchContext(
        Console console,
        Clock clock,
        Map<String, String> environment,
        Path directory,
        int processors) {
    /** A benchmark. */
    @FunctionalInterface
    interface Work {
        void run(BenchSession session)
                throws ToolFailure, CallFailure, IOException, InterruptedException;
    }

    /** Connects as the flags say, does the work and writes the reports. */
    void measured(ParsedFlags flags, Work work) throws ToolFailure {
        guarded(() -> {
            try (BenchSession session = BenchSession.open(this, flags)) {
                work.run(session);
                session.report().writeFiles();
            }
        });
    }

    /** Something that may fail as measurements fail. */
    @FunctionalInterface
    interface Step {
        void run() throws ToolFailure, CallFailure, IOException, InterruptedException;
    }

    /** Ends the command with code 1 and the reason if the step fails. */
    static void guarded(Step step) throws ToolFailure {
        try {
            step.run();
        } catch (CallFailure e) {
            throw ToolFailure.error(e.text());
        } catch (IOException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ToolFailure.error("interrupted");
        }
    }
}
