package dev.plinth.tools.cli;

import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import dev.plinth.server.cli.GoText;
import dev.plinth.server.config.GoDuration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command line taken apart: values of the flags, and the words that are none. Flags and words mix
 * freely; {@code --} ends the flags. One thread.
 */
public final class ParsedFlags {
    private final Command command;
    private final Map<String, List<String>> given = new HashMap<>();
    private final Map<String, String> fallbacks = new HashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private int separator = -1;
    private boolean isHelpAsked;

    private ParsedFlags(Command command) {
        this.command = command;
    }

    /**
     * Takes words apart by the flags of a command.
     *
     * @throws ToolFailure with code 1 if a flag is unknown, or its value missing or malformed
     */
    public static ParsedFlags parse(Command command, List<String> words) throws ToolFailure {
        ParsedFlags parsed = new ParsedFlags(command);
        int at = 0;
        while (at < words.size()) {
            String word = words.get(at++);
            if (word.equals("--")) {
                parsed.separator = parsed.arguments.size();
                parsed.arguments.addAll(words.subList(at, words.size()));
                break;
            }
            if (word.startsWith("--")) {
                at = parsed.longFlag(word, words, at);
            } else if (word.length() > 1 && word.charAt(0) == '-') {
                at = parsed.letters(word, words, at);
            } else {
                parsed.arguments.add(word);
            }
        }
        return parsed;
    }

    private int longFlag(String word, List<String> words, int next) throws ToolFailure {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
        if (name.isEmpty() || name.startsWith("-")) {
            throw ToolFailure.error("bad flag syntax: " + word);
        }
        Flag flag = command.flag(name);
        if (flag == null) {
            if (name.equals("help")) {
                isHelpAsked = true;
                return next;
            }
            throw ToolFailure.error("unknown flag: --" + name);
        }
        if (equals >= 0) {
            set(flag, word.substring(equals + 1));
            return next;
        }
        if (flag.type() == FlagType.BOOL) {
            set(flag, "true");
            return next;
        }
        if (next == words.size()) {
            throw ToolFailure.error("flag needs an argument: --" + name);
        }
        set(flag, words.get(next));
        return next + 1;
    }

    private int letters(String word, List<String> words, int next) throws ToolFailure {
        for (int i = 1; i < word.length(); i++) {
            char letter = word.charAt(i);
            Flag flag = command.flagOfLetter(letter);
            if (flag == null) {
                if (letter == 'h') {
                    isHelpAsked = true;
                    continue;
                }
                throw ToolFailure.error(
                        "unknown shorthand flag: '" + letter + "' in -" + word.substring(i));
            }
            boolean isLast = i + 1 == word.length();
            if (!isLast && word.charAt(i + 1) == '=') {
                set(flag, word.substring(i + 2));
                return next;
            }
            if (flag.type() == FlagType.BOOL) {
                set(flag, "true");
            } else if (!isLast) {
                set(flag, word.substring(i + 1));
                return next;
            } else if (next == words.size()) {
                throw ToolFailure.error("flag needs an argument: '" + letter + "' in " + word);
            } else {
                set(flag, words.get(next));
                return next + 1;
            }
        }
        return next;
    }

    private void set(Flag flag, String value) throws ToolFailure {
        String refusal = flag.type().refusal(value);
        if (!refusal.isEmpty()) {
            throw ToolFailure.error(
                    "invalid argument %s for \"%s\" flag: %s"
                            .formatted(GoText.quote(value), flag.title(), refusal));
        }
        given.computeIfAbsent(flag.name(), _ -> new ArrayList<>()).add(value);
    }

    /** Gives a flag that is not on the command line a value from elsewhere, if it is one. */
    public void fallBack(Flag flag, String value) {
        if (flag.type().refusal(value).isEmpty()) {
            fallbacks.put(flag.name(), value);
        }
    }

    /** The command that the words are for. */
    public Command command() {
        return command;
    }

    /** Whether the user wants to know how the command is used. */
    boolean isHelpAsked() {
        return isHelpAsked;
    }

    /** Whether the flag is on the command line. */
    public boolean isGiven(String name) {
        return given.containsKey(name);
    }

    private @Nullable String last(String name) {
        List<String> values = given.get(name);
        return values == null ? fallbacks.get(name) : values.getLast();
    }

    /** Value of a flag, or its initial one. */
    public String text(String name) {
        String value = last(name);
        if (value != null) {
            return value;
        }
        Flag flag = command.flag(name);
        if (flag == null) {
            throw new IllegalArgumentException(name);
        }
        return flag.initial();
    }

    /** Whether a flag that holds a truth value is on. */
    public boolean isOn(String name) {
        return FlagType.parseBool(text(name));
    }

    /** Value of a flag that holds a number. */
    public long number(String name) {
        Flag flag = command.flag(name);
        try {
            return flag != null && flag.type() == FlagType.UINT64
                    ? GoNumbers.parseUint(text(name))
                    : GoNumbers.parseInt(text(name));
        } catch (CommandFailure e) {
            throw new IllegalStateException("checked when it was taken in", e);
        }
    }

    /** Value of a flag that holds a duration, in nanoseconds. */
    public long nanos(String name) {
        return GoDuration.parseNanos(text(name));
    }

    /** Values of a flag that holds texts; without the spaces around them. */
    public List<String> texts(String name) {
        List<String> values = given.get(name);
        List<String> parts = new ArrayList<>();
        for (String value : values == null ? List.of(text(name)) : values) {
            for (String part : value.split(",", -1)) {
                if (!part.isBlank()) {
                    parts.add(part.strip());
                }
            }
        }
        return parts;
    }

    /** All words that are no flags. */
    public List<String> arguments() {
        return arguments;
    }

    /** How many of the words stand before {@code --}; -1 without one. */
    public int separator() {
        return separator;
    }
}
