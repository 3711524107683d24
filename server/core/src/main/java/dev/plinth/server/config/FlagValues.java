package dev.plinth.server.config;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The value of every flag, and which were given. Filled by {@link FlagParser}, {@link Environment}
 * and the config file; read by {@link ServerConfig}. Not thread-safe.
 */
public final class FlagValues {
    private final FlagTable table;
    private final boolean isFromFile;
    private final Map<String, String> given = new LinkedHashMap<>();
    private final Map<String, String> gates = new LinkedHashMap<>();
    private final Set<String> formerNames = new LinkedHashSet<>();
    private final Set<String> ignoredNames = new LinkedHashSet<>();

    /** All flags at their defaults. */
    public FlagValues(FlagTable table) {
        this(table, false);
    }

    private FlagValues(FlagTable table, boolean isFromFile) {
        this.table = table;
        this.isFromFile = isFromFile;
    }

    /** All flags at their defaults, to be set by a file. */
    static FlagValues ofFile(FlagTable table) {
        return new FlagValues(table, true);
    }

    /** Whether a file sets the values: a few rules of the command line do not hold then. */
    boolean isFromFile() {
        return isFromFile;
    }

    /** The table that the values belong to. */
    public FlagTable table() {
        return table;
    }

    /**
     * Sets a flag, following former spellings to the current flag.
     *
     * @throws IllegalArgumentException with the reason if the value does not parse
     */
    void set(Flag flag, String text) {
        String value = flag.type().check(text);
        switch (flag.standing()) {
            case Flag.Standing.Ignored() -> ignoredNames.add(flag.name());
            case Flag.Standing.Alias(String current) -> {
                formerNames.add(flag.name());
                given.put(current, value);
            }
            case Flag.Standing.GateAlias(String gate) -> {
                formerNames.add(flag.name());
                gates.put(gate, value);
            }
            case Flag.Standing.Active() -> given.put(flag.name(), value);
            case Flag.Standing.Inert(String _) -> given.put(flag.name(), value);
        }
    }

    /** True if the flag was given, by whatever way. */
    public boolean isGiven(String name) {
        return given.containsKey(name);
    }

    /** Former spellings that were used. */
    public Set<String> formerNames() {
        return formerNames;
    }

    /** Swallowed names that were used. */
    public Set<String> ignoredNames() {
        return ignoredNames;
    }

    /** Names that were given, current spelling. */
    public Set<String> givenNames() {
        return given.keySet();
    }

    /** The text of a flag. */
    public String text(String name) {
        Flag flag = table.find(name);
        if (flag == null) {
            throw new IllegalArgumentException("no flag " + name);
        }
        return given.getOrDefault(name, flag.defaultText());
    }

    /** A truth value. */
    public boolean bool(String name) {
        return text(name).equals("true");
    }

    /** A number; values above the greatest long are capped to it. */
    public long number(String name) {
        BigInteger value = new BigInteger(text(name));
        return value.bitLength() > 63 ? Long.MAX_VALUE : value.longValue();
    }

    /** A duration in nanoseconds. */
    public long nanos(String name) {
        return GoDuration.parseNanos(text(name));
    }

    /** URLs, sorted; empty if the flag is. */
    public List<ListenUrl> urls(String name) {
        String text = text(name);
        return text.isEmpty() ? List.of() : ListenUrl.parseList(text);
    }

    /** Words separated by commas; empty if the flag is. */
    public List<String> words(String name) {
        String text = text(name);
        return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
    }

    /** The gates, those switched by former spellings included. */
    public FeatureGates featureGates() {
        List<String> parts = new ArrayList<>();
        gates.forEach((gate, value) -> parts.add(gate + "=" + value));
        String said = text("feature-gates");
        if (!said.isEmpty()) {
            parts.add(said);
        }
        return FeatureGates.parse(String.join(",", parts));
    }
}
