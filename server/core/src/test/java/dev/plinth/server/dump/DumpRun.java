package dev.plinth.server.dump;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.LinuxDisk;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.ToIntBiFunction;

/** One run of a dump within this process, at the start of 1970. */
record DumpRun(int exit, String stdout, String stderr) {
    /** The date before a message. */
    static final String DATE = "1970/01/01 00:00:00 ";

    private static final Clock CLOCK =
            new Clock() {
                @Override
                public long monotonicNanos() {
                    return 0;
                }

                @Override
                public long wallMillis() {
                    return 0;
                }
            };

    static DumpRun logs(Path directory, String... words) {
        return of(DumpLogs::run, directory, words);
    }

    static DumpRun database(Path directory, String... words) {
        return of(DumpDb::run, directory, words);
    }

    private static DumpRun of(
            ToIntBiFunction<DumpContext, List<String>> tool, Path directory, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        DumpContext context =
                new DumpContext(
                        new LinuxDisk(),
                        directory,
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, false, StandardCharsets.UTF_8),
                        CLOCK,
                        ZoneOffset.UTC);
        int exit = tool.applyAsInt(context, List.of(words));
        return new DumpRun(
                exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
