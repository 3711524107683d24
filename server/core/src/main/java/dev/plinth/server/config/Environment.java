package dev.plinth.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sets flags from {@code ETCD_} variables. A setting given both ways stops the start; an empty
 * variable counts as not set. Source: server.md 1.1.
 */
public final class Environment {
    private static final String PREFIX = "ETCD_";

    /** Variables of etcd that are no flags, or not read here. */
    private static final Set<String> OTHERS =
            Set.of("ETCD_UNSUPPORTED_ARCH", "ETCD_VERIFY", "ETCD_VERSION", "ETCD_CONFIG_FILE");

    /**
     * A line for the log, for the time when there is one.
     *
     * @param isWarning whether it is a warning
     * @param message the text
     * @param fields keys and values
     */
    public record Note(boolean isWarning, String message, List<String> fields) {}

    private Environment() {}

    /**
     * Applies the variables.
     *
     * @return lines for the log
     * @throws ConfigException if a variable is malformed or shadowed by a flag
     */
    public static List<Note> apply(Map<String, String> variables, FlagValues values)
            throws ConfigException {
        List<Note> notes = new ArrayList<>();
        Set<String> byFlag = Set.copyOf(values.givenNames());
        Map<String, Flag> flagsByVariable = new TreeMap<>();
        for (Flag flag : values.table().all()) {
            flagsByVariable.put(flag.variable(), flag);
        }
        if (!variables.getOrDefault("ETCD_VERSION", "").isEmpty()) {
            notes.add(
                    new Note(
                            true,
                            "cannot set special environment variable",
                            List.of(
                                    "key",
                                    "ETCD_VERSION",
                                    "value",
                                    variables.get("ETCD_VERSION"))));
        }
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            String key = variable.getKey();
            String value = variable.getValue();
            if (!key.startsWith(PREFIX) || OTHERS.contains(key) || value.isEmpty()) {
                continue;
            }
            Flag flag = flagsByVariable.get(key);
            if (flag == null) {
                notes.add(
                        new Note(
                                true,
                                "unrecognized environment variable",
                                List.of("environment-variable", key + "=" + value)));
                continue;
            }
            if (byFlag.contains(flag.name())) {
                throw new ConfigException(
                        "conflicting environment variable is shadowed by corresponding command-line"
                                + " flag (either unset environment variable or disable flag))"
                                + ": "
                                + key);
            }
            set(values, flag, value);
            notes.add(
                    new Note(
                            false,
                            "recognized and used environment variable",
                            List.of("variable-name", key, "variable-value", shown(flag, value))));
        }
        return notes;
    }

    private static void set(FlagValues values, Flag flag, String value) throws ConfigException {
        try {
            values.set(flag, value);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    "invalid value %s for %s: %s"
                            .formatted(FlagParser.quoted(value), flag.variable(), e.getMessage()));
        }
    }

    private static String shown(Flag flag, String value) {
        return flag.name().contains("password") ? "(hidden)" : value;
    }
}
