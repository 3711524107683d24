package dev.plinth.server.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Flags as Go's own flag package takes them: one dash or two, a value behind {@code =} or in the
 * next word, and no flag behind the first word that is none. One thread.
 */
public final class GoFlags {
    /** What a flag holds. */
    public enum Kind {
        /** Any text. */
        STRING("string"),
        /** An unsigned number of 64 bits. */
        UINT("uint"),
        /** On when it is given. */
        BOOL("");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /** The words are not what the flags allow; the usage follows the message. */
    public static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    private record Flag(Kind kind, String initial, String usage) {}

    private final String program;
    private final Map<String, Flag> flags = new TreeMap<>();
    private final Map<String, String> given = new HashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private boolean isHelpAsked;

    /** No flags yet. */
    public GoFlags(String program) {
        this.program = program;
    }

    /** Declares a flag; its usage may have several lines. */
    public GoFlags declare(String name, Kind kind, String initial, String usage) {
        flags.put(name, new Flag(kind, initial, usage));
        return this;
    }

    /** Takes the words in. */
    public void parse(List<String> words) throws UsageException {
        int at = 0;
        while (at < words.size()) {
            String word = words.get(at);
            if (word.length() < 2 || word.charAt(0) != '-') {
                break;
            }
            at++;
            if (word.equals("--")) {
                break;
            }
            String name = word.substring(word.startsWith("--") ? 2 : 1);
            int equals = name.indexOf('=');
            String value = equals < 0 ? null : name.substring(equals + 1);
            name = equals < 0 ? name : name.substring(0, equals);
            if (name.isEmpty() || name.startsWith("-")) {
                throw new UsageException("bad flag syntax: " + word);
            }
            Flag flag = flags.get(name);
            if (flag == null) {
                isHelpAsked = name.equals("h") || name.equals("help");
                if (isHelpAsked) {
                    return;
                }
                throw new UsageException("flag provided but not defined: -" + name);
            }
            if (value == null) {
                value =
                        flag.kind == Kind.BOOL
                                ? "true"
                                : at < words.size() ? words.get(at++) : null;
            }
            if (value == null) {
                throw new UsageException("flag needs an argument: -" + name);
            }
            check(name, flag, value);
            given.put(name, value);
        }
        arguments.addAll(words.subList(at, words.size()));
    }

    private static void check(String name, Flag flag, String value) throws UsageException {
        String what = flag.kind == Kind.BOOL ? "boolean value" : "value";
        String invalid =
                "invalid %s %s for %s-%s: parse error"
                        .formatted(
                                what,
                                GoText.quote(value),
                                flag.kind == Kind.BOOL ? "" : "flag ",
                                name);
        switch (flag.kind) {
            case UINT -> {
                try {
                    GoNumbers.parseUint(value);
                } catch (CommandFailure e) {
                    throw new UsageException(invalid);
                }
            }
            case BOOL -> {
                if (!value.equals("true") && !value.equals("false")) {
                    throw new UsageException(invalid);
                }
            }
            case STRING -> {}
        }
    }

    /** Whether the usage was asked for. */
    public boolean isHelpAsked() {
        return isHelpAsked;
    }

    /** Whether a flag was given. */
    public boolean isGiven(String name) {
        return given.containsKey(name);
    }

    /** Value of a flag, or its initial one. */
    public String text(String name) {
        Flag flag = flags.get(name);
        if (flag == null) {
            throw new IllegalArgumentException(name);
        }
        return given.getOrDefault(name, flag.initial);
    }

    /** Value of a flag that holds a number. */
    public long number(String name) {
        try {
            return GoNumbers.parseUint(text(name));
        } catch (CommandFailure e) {
            throw new IllegalStateException("checked when it was taken in", e);
        }
    }

    /** Whether a flag that holds a truth value is on. */
    public boolean isOn(String name) {
        return text(name).equals("true");
    }

    /** The words behind the flags. */
    public List<String> arguments() {
        return List.copyOf(arguments);
    }

    /** All flags in order of their names. */
    public void printUsage(PrintStream err) {
        err.println("Usage of " + program + ":");
        flags.forEach((name, flag) -> {
            String label = flag.kind.label.isEmpty() ? "" : " " + flag.kind.label;
            boolean hasInitial = flag.kind == Kind.STRING && !flag.initial.isEmpty();
            String initial = hasInitial ? " (default " + GoText.quote(flag.initial) + ")" : "";
            err.println("  -" + name + label);
            err.println("    \t" + flag.usage.replace("\n", "\n    \t") + initial);
        });
    }
}
