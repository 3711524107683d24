package dev.plinth.server.boot;

import java.util.Arrays;
import java.util.List;

/** The entry point of the server. The launcher gives the sub-command as the first word. */
public final class Main {
    private Main() {}

    /** Runs a sub-command; the process ends with its code. */
    public static void main(String[] args) {
        List<String> words = Arrays.asList(args);
        String command = words.isEmpty() ? "server" : words.getFirst();
        List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
        int code =
                switch (command) {
                    case "version" -> Versions.print(System.out);
                    case "server" -> new ServerProcess(System.getenv()).run(rest);
                    default -> {
                        System.err.println("plinth: unknown command \"" + command + "\"");
                        yield 2;
                    }
                };
        System.exit(code);
    }
}
