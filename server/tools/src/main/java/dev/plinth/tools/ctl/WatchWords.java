package dev.plinth.tools.ctl;

import dev.plinth.server.cli.GoText;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import java.util.List;
import java.util.Map;

/**
 * What to watch and what to run for each event.
 *
 * @param keys a key, or a key and the end of a range
 * @param program words of the program; empty for none
 */
record WatchWords(List<String> keys, List<String> program) {
    private static final String KEY = "ETCDCTL_WATCH_KEY";
    private static final String RANGE_END = "ETCDCTL_WATCH_RANGE_END";

    /**
     * Takes the words of a watch apart; the environment may give the keys.
     *
     * @throws ToolFailure if there is no key, or keys come from two sides
     */
    static WatchWords of(ParsedFlags flags, Map<String, String> environment) throws ToolFailure {
        String envKey = environment.getOrDefault(KEY, "");
        String envEnd = environment.getOrDefault(RANGE_END, "");
        if (envKey.isEmpty() && !envEnd.isEmpty()) {
            throw ToolFailure.arguments(
                    KEY + " is empty but got " + RANGE_END + "=" + GoText.quote(envEnd));
        }
        List<String> words = flags.arguments();
        int separator = flags.separator();
        List<String> keys = separator < 0 ? words : words.subList(0, separator);
        List<String> program = separator < 0 ? List.of() : words.subList(separator, words.size());
        if (!envKey.isEmpty()) {
            if (!keys.isEmpty()) {
                throw ToolFailure.arguments(
                        "bad number of arguments (found conflicting environment key)");
            }
            keys = envEnd.isEmpty() ? List.of(envKey) : List.of(envKey, envEnd);
        }
        if (keys.isEmpty()) {
            throw ToolFailure.arguments("bad number of arguments");
        }
        if (separator >= 0 && program.isEmpty()) {
            throw ToolFailure.arguments(
                    "bad number of arguments (found separator --, but no commands)");
        }
        return new WatchWords(keys, program);
    }

    static boolean isKeyInEnvironment(Map<String, String> environment) {
        return !environment.getOrDefault(KEY, "").isEmpty();
    }
}
