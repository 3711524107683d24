package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.CommandLine;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.InputLines;
import dev.plinth.tools.text.RawText;
import dev.plinth.tools.text.Words;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction as lines of text: comparisons, requests if all hold, requests if not; an empty line
 * ends each part.
 */
final class TxnScript {
    /** Reads a line of one of the parts. */
    @FunctionalInterface
    private interface LineReader {
        void read(String line) throws ToolFailure;
    }

    private final Console console;
    private final InputLines lines;
    private final boolean isInteractive;
    private final Command requests;

    TxnScript(Console console, boolean isInteractive) {
        this.console = console;
        this.lines = new InputLines(console.in());
        this.isInteractive = isInteractive;
        this.requests =
                new Command("txn", "")
                        .add(
                                new Command("get", "").flags(KeyFlags.GET),
                                new Command("put", "").flags(KeyFlags.PUT),
                                new Command("del", "").flags(KeyFlags.DEL));
    }

    TxnRequest read() throws ToolFailure {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        part("compares:", line -> txn.addCompare(comparison(line)));
        part("success requests (get, put, del):", line -> txn.addSuccess(request(line)));
        part("failure requests (get, put, del):", line -> txn.addFailure(request(line)));
        return txn.build();
    }

    private void part(String prompt, LineReader reader) throws ToolFailure {
        if (isInteractive) {
            console.println(prompt);
            console.flush();
        }
        while (true) {
            String line;
            try {
                line = lines.nextWhole();
            } catch (IOException e) {
                throw invalid(String.valueOf(e.getMessage()));
            }
            if (line == null) {
                throw invalid("EOF");
            }
            String trimmed = line.strip();
            if (trimmed.isEmpty()) {
                return;
            }
            reader.read(trimmed);
        }
    }

    private static ToolFailure invalid(String message) {
        return new ToolFailure(ToolFailure.INVALID_INPUT, message);
    }

    // ---------------------------------------------------------------- comparisons

    /** {@code target("key") op "value"}. */
    static Compare comparison(String line) throws ToolFailure {
        int open = line.indexOf('(');
        if (open < 0) {
            throw invalid("malformed comparison: " + line);
        }
        String target = line.substring(0, open);
        Words.Quoted key = Words.quoted(line.substring(open + 1));
        String afterKey = key == null ? "" : key.rest();
        List<String> rest =
                afterKey.startsWith(")") ? operator(afterKey.substring(1)) : List.of("", "");
        Words.Quoted value = Words.quoted(rest.get(1));
        if (key == null || value == null) {
            throw invalid(
                    "malformed comparison: %s; got %s(%s) %s \"\""
                            .formatted(
                                    line,
                                    target,
                                    GoText.quote(
                                            key == null
                                                    ? new byte[0]
                                                    : RawText.encode(key.value())),
                                    rest.get(0)));
        }
        Compare.Builder compare =
                Compare.newBuilder()
                        .setKey(KeyFlags.bytes(key.value()))
                        .setResult(result(rest.get(0), line));
        return withTarget(compare, target, value.value(), line).build();
    }

    /** The word up to the next space, and what follows. */
    private static List<String> operator(String text) {
        String trimmed = text.stripLeading();
        int end = 0;
        while (end < trimmed.length() && !Character.isWhitespace(trimmed.charAt(end))) {
            end++;
        }
        return List.of(trimmed.substring(0, end), trimmed.substring(end));
    }

    private static Compare.CompareResult result(String operator, String line) throws ToolFailure {
        return switch (operator) {
            case "=" -> Compare.CompareResult.EQUAL;
            case "!=" -> Compare.CompareResult.NOT_EQUAL;
            case ">" -> Compare.CompareResult.GREATER;
            case "<" -> Compare.CompareResult.LESS;
            default -> throw invalid("malformed comparison: " + line);
        };
    }

    private static Compare.Builder withTarget(
            Compare.Builder compare, String target, String value, String line) throws ToolFailure {
        try {
            return switch (target) {
                case "ver", "version" ->
                        compare.setTarget(Compare.CompareTarget.VERSION)
                                .setVersion(Numbers.decimal(value));
                case "c", "create" ->
                        compare.setTarget(Compare.CompareTarget.CREATE)
                                .setCreateRevision(Numbers.decimal(value));
                case "m", "mod" ->
                        compare.setTarget(Compare.CompareTarget.MOD)
                                .setModRevision(Numbers.decimal(value));
                case "val", "value" ->
                        compare.setTarget(Compare.CompareTarget.VALUE)
                                .setValue(KeyFlags.bytes(value));
                case "lease" ->
                        compare.setTarget(Compare.CompareTarget.LEASE)
                                .setLease(Numbers.decimal(value));
                default ->
                        throw invalid(
                                "malformed comparison: %s (unknown target %s)"
                                        .formatted(line, target));
            };
        } catch (CommandFailure e) {
            throw invalid("invalid txn compare request: " + line);
        }
    }

    // ---------------------------------------------------------------- requests

    private RequestOp request(String line) throws ToolFailure {
        List<String> words = new ArrayList<>(Words.of(line));
        if (words.size() < 2) {
            throw invalid("invalid txn compare request: " + line);
        }
        Command command = CommandLine.find(requests, words);
        ParsedFlags flags;
        try {
            flags = ParsedFlags.parse(command, words);
        } catch (ToolFailure _) {
            throw invalid("invalid txn request: " + line);
        }
        RequestOp.Builder operation = RequestOp.newBuilder();
        return switch (command.name()) {
            case "get" -> operation.setRequestRange(KeyFlags.get(flags)).build();
            case "put" ->
                    operation
                            .setRequestPut(KeyFlags.put(flags, InputStream.nullInputStream()))
                            .build();
            case "del" -> operation.setRequestDeleteRange(KeyFlags.del(flags, console)).build();
            default -> throw invalid("invalid txn request: " + line);
        };
    }
}
