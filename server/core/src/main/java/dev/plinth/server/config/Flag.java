package dev.plinth.server.config;

/**
 * One flag of the server.
 *
 * @param name without dashes
 * @param type how its text is checked
 * @param defaultText its value when it is not given
 * @param group the heading under which help shows it
 * @param help one sentence
 * @param standing what giving it does
 */
public record Flag(
        String name,
        FlagType type,
        String defaultText,
        Group group,
        String help,
        Standing standing) {

    /** Headings of the help, in the order in which they are shown. */
    public enum Group {
        MEMBER("Member"),
        CLUSTERING("Clustering"),
        SECURITY("Security"),
        AUTH("Auth"),
        MONITORING("Profiling, monitoring, logging and tracing"),
        MAINTENANCE("Maintenance"),
        UNSAFE("Unsafe"),
        OTHER("Other"),
        PLINTH("Plinth's own"),
        HIDDEN("");

        private final String heading;

        Group(String heading) {
            this.heading = heading;
        }

        String heading() {
            return heading;
        }
    }

    /** What giving a flag does. */
    public sealed interface Standing {
        /** It takes effect. */
        record Active() implements Standing {}

        /**
         * It is accepted, and a line in the log says what happens instead.
         *
         * @param instead the rest of the sentence
         */
        record Inert(String instead) implements Standing {}

        /** A name of long ago that etcd swallows with any value; the log says so. */
        record Ignored() implements Standing {}

        /**
         * An older spelling of another flag, accepted with a warning.
         *
         * @param current the flag whose value it sets
         */
        record Alias(String current) implements Standing {}

        /**
         * An older spelling of a feature gate, accepted with a warning.
         *
         * @param gate the gate that it switches
         */
        record GateAlias(String gate) implements Standing {}
    }

    /** The name of the environment variable that sets it. */
    public String variable() {
        return "ETCD_" + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }

    boolean isBool() {
        return type instanceof FlagType.Bool;
    }
}
