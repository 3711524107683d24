package dev.plinth.server.config;

import java.util.List;

/**
 * Reads a command line as Go's flag package does: one or two dashes, {@code --name value} or {@code
 * --name=value}, truth values by {@code =} only; the first word that is no flag ends the flags.
 */
public final class FlagParser {
    /**
     * What came out.
     *
     * @param values the flags
     * @param rest the words behind the flags
     * @param isHelpAsked whether {@code -h} or {@code --help} stood there
     */
    public record Result(FlagValues values, List<String> rest, boolean isHelpAsked) {}

    private final FlagTable table;

    /** Reads against the given table. */
    public FlagParser(FlagTable table) {
        this.table = table;
    }

    /**
     * Parses.
     *
     * @throws FlagException with Go's text for an unknown flag or a malformed value
     */
    public Result parse(List<String> arguments) throws FlagException {
        FlagValues values = new FlagValues(table);
        int at = 0;
        while (at < arguments.size()) {
            String argument = arguments.get(at);
            if (argument.length() < 2 || argument.charAt(0) != '-') {
                break;
            }
            at++;
            if (argument.equals("--")) {
                break;
            }
            String body = argument.substring(argument.charAt(1) == '-' ? 2 : 1);
            if (body.isEmpty() || body.charAt(0) == '-' || body.charAt(0) == '=') {
                throw new FlagException("bad flag syntax: " + argument);
            }
            int equals = body.indexOf('=');
            String name = equals < 0 ? body : body.substring(0, equals);
            Flag flag = table.find(name);
            if (flag == null) {
                if (name.equals("help") || name.equals("h")) {
                    return new Result(values, List.of(), true);
                }
                throw new FlagException("flag provided but not defined: -" + name);
            }
            if (flag.isBool()) {
                setBool(values, flag, equals < 0 ? "true" : body.substring(equals + 1));
            } else if (equals >= 0) {
                setValue(values, flag, body.substring(equals + 1));
            } else if (at < arguments.size()) {
                setValue(values, flag, arguments.get(at++));
            } else {
                throw new FlagException("flag needs an argument: -" + name);
            }
        }
        return new Result(values, List.copyOf(arguments.subList(at, arguments.size())), false);
    }

    private static void setBool(FlagValues values, Flag flag, String text) throws FlagException {
        try {
            values.set(flag, text);
        } catch (IllegalArgumentException e) {
            throw new FlagException(
                    "invalid boolean value %s for -%s: %s"
                            .formatted(quoted(text), flag.name(), e.getMessage()));
        }
    }

    private static void setValue(FlagValues values, Flag flag, String text) throws FlagException {
        try {
            values.set(flag, text);
        } catch (IllegalArgumentException e) {
            throw new FlagException(
                    "invalid value %s for flag -%s: %s"
                            .formatted(quoted(text), flag.name(), e.getMessage()));
        }
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
