package dev.plinth.server.bench;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command that measures peers: its table goes to the output, its progress to the other stream.
 */
abstract class PeerMeasurement implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    final void print(ComparisonTable<?> table) {
        PrintWriter out = commandSpec().commandLine().getOut();
        out.println(table.text());
        out.flush();
    }

    final void progress(String text) {
        PrintWriter err = commandSpec().commandLine().getErr();
        err.println(text);
        err.flush();
    }

    /** What is thrown where the options make no sense together. */
    final ParameterException refused(String reason) {
        return new ParameterException(commandSpec().commandLine(), reason);
    }

    private CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("not run by picocli");
        }
        return spec;
    }
}
