package dev.plinth.server.dump;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * A program of the user's that decodes payloads: it gets one line of hexadecimal digits for each
 * entry and answers with one line {@code STATUS|DATA}.
 */
final class StreamDecoder implements AutoCloseable {
    private static final String NO_FORMAT =
            "decoder output format is not right, print output anyway";
    private static final String AMBIGUOUS =
            "(*WARNING: data might contain deliminator used by etcd-dump-logs)";

    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    /** Starts the program; its messages go where ours go. */
    StreamDecoder(String command) throws IOException {
        process =
                new ProcessBuilder(List.of(command.strip().split("\\s+")))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        requests = process.outputWriter(StandardCharsets.US_ASCII);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Columns decoder status and decoded data. */
    String decode(byte[] payload) throws IOException {
        requests.write(HexFormat.of().formatHex(payload));
        requests.newLine();
        requests.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the decoder has ended");
        }
        String[] parts = answer.split("\\|", -1);
        return switch (parts.length) {
            case 1 -> NO_FORMAT + "\t" + answer;
            case 2 -> parts[0] + "\t" + parts[1];
            default -> parts[0] + AMBIGUOUS + "\t" + answer.substring(parts[0].length() + 1);
        };
    }

    @Override
    public void close() throws IOException {
        requests.close();
        process.destroy();
    }
}
