package dev.plinth.tools.ctl;

import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.ProcessWords;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The everyday commands, one after the other in one process against a server in another, so that
 * the virtual machine can note which classes they need. The launcher lets it write down what it
 * saw; a command that starts with these notes answers in a fraction of the time.
 */
public final class TrainingRun {
    private static final String LISTENING = "--endpoints=";

    /** The words of each command, separated by spaces. */
    private static final List<String> COMMANDS =
            List.of(
                    "put training value",
                    "get training",
                    "get training --prefix -w json",
                    "get training -w fields --hex",
                    "del training --prev-kv",
                    "endpoint health",
                    "endpoint status -w table",
                    "member list -w table",
                    "lease grant 10",
                    "lease list",
                    "txn",
                    "user list",
                    "auth status",
                    "version",
                    "get --help",
                    "--help",
                    "options",
                    "nosuch");

    private TrainingRun() {}

    /** Runs it with the server's data below {@code arguments[0]}; ends the process. */
    public static void main(String[] arguments) throws IOException {
        String endpoint = "127.0.0.1:" + freePort();
        Process server = server(arguments[0], endpoint);
        int code = 0;
        try {
            code = run(endpoint, "put training value --command-timeout 60s");
            for (String command : COMMANDS) {
                run(endpoint, command);
            }
        } finally {
            server.destroyForcibly();
        }
        Runtime.getRuntime().halt(code);
    }

    private static Process server(String data, String endpoint) throws IOException {
        String peer = "http://127.0.0.1:" + freePort();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.plinth.server.boot.Main"));
        command.addAll(
                List.of(
                        "server",
                        "--name=training",
                        "--data-dir=" + data,
                        "--listen-client-urls=http://" + endpoint,
                        "--advertise-client-urls=http://" + endpoint,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=training=" + peer));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        return builder.start();
    }

    private static int run(String endpoint, String command) {
        InputStream in =
                new ByteArrayInputStream("\nput a b\n\n\n".getBytes(StandardCharsets.UTF_8));
        Console console =
                Console.of(in, OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
        String[] words = (command + " " + LISTENING + endpoint).split(" ");
        return CtlTool.run(
                console, Map.of(), Path.of(""), new ProcessSignals(), ProcessWords.of(words));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
