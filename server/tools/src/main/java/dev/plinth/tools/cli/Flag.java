package dev.plinth.tools.cli;

/**
 * A flag of a command.
 *
 * @param name long name, without dashes
 * @param shorthand one letter, or empty
 * @param type what it holds
 * @param initial value when it is not given
 * @param usage one line for the help text
 * @param isRequired whether the command refuses to run without it
 */
public record Flag(
        String name,
        String shorthand,
        FlagType type,
        String initial,
        String usage,
        boolean isRequired) {
    /** A flag that holds a text. */
    public static Flag text(String name, String initial, String usage) {
        return new Flag(name, "", FlagType.STRING, initial, usage, false);
    }

    /** A flag that is off unless given. */
    public static Flag bool(String name, String usage) {
        return bool(name, false, usage);
    }

    /** A flag that is on or off. */
    public static Flag bool(String name, boolean initial, String usage) {
        return new Flag(name, "", FlagType.BOOL, String.valueOf(initial), usage, false);
    }

    /** A flag that holds a signed number. */
    public static Flag number(String name, long initial, String usage) {
        return new Flag(name, "", FlagType.INT64, String.valueOf(initial), usage, false);
    }

    /** A flag that holds an unsigned number. */
    public static Flag unsigned(String name, long initial, String usage) {
        return new Flag(name, "", FlagType.UINT64, Long.toUnsignedString(initial), usage, false);
    }

    /** A flag that holds a duration. */
    public static Flag duration(String name, String initial, String usage) {
        return new Flag(name, "", FlagType.DURATION, initial, usage, false);
    }

    /** A flag that holds a list of texts. */
    public static Flag texts(String name, String initial, String usage) {
        return new Flag(name, "", FlagType.STRINGS, initial, usage, false);
    }

    /** The same with a one-letter name. */
    public Flag withShorthand(String letter) {
        return new Flag(name, letter, type, initial, usage, isRequired);
    }

    /** The same, but the command does not run without it. */
    public Flag required() {
        return new Flag(name, shorthand, type, initial, usage, true);
    }

    /** How messages name it: {@code -w, --write-out}. */
    String title() {
        return (shorthand.isEmpty() ? "" : "-" + shorthand + ", ") + "--" + name;
    }
}
