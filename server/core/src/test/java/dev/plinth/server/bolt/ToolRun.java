package dev.plinth.server.bolt;

import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** One run of the tool within this process. */
record ToolRun(int exit, byte[] stdout, String stderr) {
    static ToolRun of(Path directory, List<String> words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        BoltContext context =
                new BoltContext(
                        new LinuxDisk(),
                        directory,
                        directory,
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, false, StandardCharsets.UTF_8),
                        new SystemClock(),
                        new SplittableRandom(1));
        int exit = BoltTool.run(context, words);
        return new ToolRun(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    static ToolRun of(Path directory, String... words) {
        return of(directory, List.of(words));
    }

    String text() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    String firstErrorLine() {
        return stderr.lines().findFirst().orElse("");
    }
}
