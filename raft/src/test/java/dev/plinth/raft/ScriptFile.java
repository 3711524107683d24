package dev.plinth.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A data-driven script: commands with arguments, input and the output that they must print. */
record ScriptFile(List<Command> commands) {
    /** An argument: a word, or a key with one or more values. */
    record Argument(String key, List<String> values) {
        String value() {
            return values.get(0);
        }

        boolean isWord() {
            return values.isEmpty();
        }
    }

    /**
     * A block of a script.
     *
     * @param line where it starts, counted from 1
     */
    record Command(int line, String name, List<Argument> arguments, String input, String expected) {
        List<String> words() {
            return arguments.stream().filter(Argument::isWord).map(Argument::key).toList();
        }

        int id(int position) {
            return Integer.parseInt(words().get(position));
        }
    }

    static ScriptFile read(Path path) throws IOException {
        List<String> lines = Files.readAllLines(path);
        List<Command> commands = new ArrayList<>();
        int at = 0;
        while (at < lines.size()) {
            if (lines.get(at).isBlank() || lines.get(at).startsWith("#")) {
                at++;
                continue;
            }
            int first = at + 1;
            StringBuilder directive = new StringBuilder(lines.get(at++));
            while (directive.toString().endsWith("\\") && at < lines.size()) {
                directive.setLength(directive.length() - 1);
                directive.append(' ').append(lines.get(at++));
            }
            List<String> input = new ArrayList<>();
            while (at < lines.size() && !lines.get(at).equals("----")) {
                input.add(lines.get(at++));
            }
            at++;
            List<String> expected = new ArrayList<>();
            at = readExpected(lines, at, expected);
            commands.add(
                    command(
                            first,
                            directive.toString().strip(),
                            String.join("\n", input).strip(),
                            expected));
        }
        return new ScriptFile(commands);
    }

    private static int readExpected(List<String> lines, int at, List<String> expected) {
        if (at < lines.size() && lines.get(at).equals("----")) {
            at++;
            while (at < lines.size()
                    && !(lines.get(at).equals("----")
                            && at + 1 < lines.size()
                            && lines.get(at + 1).equals("----"))) {
                expected.add(lines.get(at++));
            }
            return at + 2;
        }
        while (at < lines.size() && !lines.get(at).isBlank()) {
            expected.add(lines.get(at++));
        }
        return at;
    }

    private static Command command(
            int line, String directive, String input, List<String> expected) {
        List<String> parts = split(directive, ' ');
        List<Argument> arguments = new ArrayList<>();
        for (String part : parts.subList(1, parts.size())) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                arguments.add(new Argument(part, List.of()));
                continue;
            }
            String value = part.substring(equals + 1);
            List<String> values =
                    value.startsWith("(") && value.endsWith(")")
                            ? split(value.substring(1, value.length() - 1), ',')
                            : List.of(value);
            arguments.add(new Argument(part.substring(0, equals), values));
        }
        StringBuilder text = new StringBuilder();
        expected.forEach(l -> text.append(l).append('\n'));
        return new Command(line, parts.get(0), arguments, input, text.toString());
    }

    /** Splits outside parentheses; blanks around the parts do not count, nor do empty ones. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        StringBuilder part = new StringBuilder();
        for (char c : (text + separator).toCharArray()) {
            if (c == separator && depth == 0) {
                if (!part.toString().isBlank()) {
                    parts.add(part.toString().strip());
                }
                part.setLength(0);
                continue;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            part.append(c);
        }
        return parts;
    }
}
