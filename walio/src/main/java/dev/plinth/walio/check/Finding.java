package dev.plinth.walio.check;

import java.util.regex.Pattern;

/**
 * One thing that is noteworthy about the storage under a path.
 *
 * @param check stable name in lower case with dashes: the label of the metric {@code
 *     plinth_storage_warning} and the key that documents refer to
 * @param level how bad it is
 * @param fact what was found, one sentence without full stop
 * @param consequence what it does to a member, full sentences
 * @param remedy what to do about it, full sentences
 */
public record Finding(String check, Level level, String fact, String consequence, String remedy) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    /** Checks the name, since it becomes a label. */
    public Finding {
        if (!NAME.matcher(check).matches()) {
            throw new IllegalArgumentException("not a check name: " + check);
        }
    }

    /** The finding as one line of a log. */
    public String line() {
        return level.word() + " " + check + ": " + fact + ". " + consequence + " " + remedy;
    }
}
