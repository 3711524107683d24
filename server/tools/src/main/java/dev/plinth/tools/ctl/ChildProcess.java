package dev.plinth.tools.ctl;

import dev.plinth.server.cli.GoText;
import dev.plinth.tools.text.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A program that a command runs; what it prints goes where the command's own output goes. */
final class ChildProcess {
    private static final int SIGNALLED = 128;
    private static final int BUFFER_BYTES = 8192;

    /**
     * How it ended.
     *
     * @param exitCode its exit status; above 128 for a signal
     */
    record End(int exitCode) {
        boolean isSuccess() {
            return exitCode == 0;
        }

        /** Whether a signal ended it. */
        boolean isSignalled() {
            return exitCode > SIGNALLED;
        }

        /** As Go puts it. */
        String text() {
            return isSignalled()
                    ? "signal: " + signalName(exitCode - SIGNALLED)
                    : "exit status " + exitCode;
        }

        private static String signalName(int number) {
            return switch (number) {
                case 1 -> "hangup";
                case 2 -> "interrupt";
                case 3 -> "quit";
                case 6 -> "aborted";
                case 9 -> "killed";
                case 11 -> "segmentation fault";
                case 13 -> "broken pipe";
                case 14 -> "alarm clock";
                case 15 -> "terminated";
                default -> "signal " + number;
            };
        }
    }

    private final ProcessBuilder builder;

    /**
     * A program to run.
     *
     * @param variables added to the inherited environment
     */
    ChildProcess(List<String> words, Map<String, String> variables) {
        this.builder = new ProcessBuilder(words);
        builder.environment().putAll(variables);
    }

    /**
     * Runs it to its end.
     *
     * @throws IOException if it cannot be started, with Go's words for that
     */
    End run(Console console) throws IOException {
        String name = builder.command().getFirst();
        if (!isFound(name)) {
            throw new IOException(
                    "exec: " + GoText.quote(name) + ": executable file not found in $PATH");
        }
        builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        Thread errors = Thread.ofVirtual().start(() -> copyErrors(process, console));
        try (InputStream output = process.getInputStream()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = output.read(buffer); read >= 0; read = output.read(buffer)) {
                console.write(Arrays.copyOf(buffer, read));
                console.flush();
            }
        }
        try {
            errors.join();
            return new End(process.waitFor());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
            throw new IOException("interrupted", e);
        }
    }

    private static void copyErrors(Process process, Console console) {
        try (InputStream output = process.getErrorStream()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = output.read(buffer); read >= 0; read = output.read(buffer)) {
                console.writeError(Arrays.copyOf(buffer, read));
            }
        } catch (IOException _) {
            // The program closed it.
        }
    }

    private static boolean isFound(String name) {
        if (name.contains("/")) {
            return Files.isExecutable(Path.of(name));
        }
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return true;
            }
        }
        return false;
    }
}
