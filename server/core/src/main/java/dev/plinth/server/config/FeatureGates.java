package dev.plinth.server.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The feature gates of etcd 3.7 with their defaults, and which of them are on.
 *
 * <p>Immutable. Source: server.md 2.
 */
public final class FeatureGates {
    /** How finished a gated feature is; the groups AllAlpha and AllBeta switch a whole stage. */
    public enum Stage {
        /** Off unless asked for. */
        ALPHA,
        /** Usually on. */
        BETA
    }

    /**
     * One gate.
     *
     * @param isOnByDefault its state when nothing is said
     * @param stage its stage
     */
    public record Gate(boolean isOnByDefault, Stage stage) {}

    private static final Map<String, Gate> GATES = gates();

    private final Map<String, Boolean> states;

    private FeatureGates(Map<String, Boolean> states) {
        this.states = states;
    }

    private static Map<String, Gate> gates() {
        Map<String, Gate> gates = new LinkedHashMap<>();
        gates.put("AllAlpha", new Gate(false, Stage.ALPHA));
        gates.put("AllBeta", new Gate(false, Stage.BETA));
        gates.put("CompactHashCheck", new Gate(false, Stage.ALPHA));
        gates.put("FastLeaseKeepAlive", new Gate(true, Stage.BETA));
        gates.put("InitialCorruptCheck", new Gate(false, Stage.ALPHA));
        gates.put("LeaseCheckpoint", new Gate(false, Stage.ALPHA));
        gates.put("LeaseCheckpointPersist", new Gate(false, Stage.ALPHA));
        gates.put("PriorityRequest", new Gate(false, Stage.ALPHA));
        gates.put("SetMemberLocalAddr", new Gate(false, Stage.ALPHA));
        gates.put("StopGRPCServiceOnDefrag", new Gate(false, Stage.ALPHA));
        gates.put("TxnModeWriteWithSharedBuffer", new Gate(true, Stage.BETA));
        return java.util.Collections.unmodifiableMap(gates);
    }

    /** All gates by name, in the order in which they are shown. */
    public static Map<String, Gate> all() {
        return GATES;
    }

    /**
     * Parses {@code A=true,B=false}.
     *
     * @throws IllegalArgumentException for an unknown gate or a value that is no truth value
     */
    public static FeatureGates parse(String text) {
        Map<String, Boolean> said = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            if (part.isBlank()) {
                continue;
            }
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("missing bool value for " + part.strip());
            }
            String name = part.substring(0, equals).strip();
            String value = part.substring(equals + 1).strip();
            if (!GATES.containsKey(name)) {
                throw new IllegalArgumentException("unrecognized feature gate: " + name);
            }
            said.put(name, truth(name, value));
        }
        Map<String, Boolean> states = new LinkedHashMap<>();
        GATES.forEach((name, gate) -> states.put(name, state(name, gate, said)));
        return new FeatureGates(states);
    }

    /** Whether the gate is on. */
    public boolean isOn(String name) {
        Boolean state = states.get(name);
        if (state == null) {
            throw new IllegalArgumentException("no such gate: " + name);
        }
        return state;
    }

    private static boolean state(String name, Gate gate, Map<String, Boolean> said) {
        Boolean own = said.get(name);
        if (own != null) {
            return own;
        }
        Boolean group = said.get(gate.stage() == Stage.ALPHA ? "AllAlpha" : "AllBeta");
        boolean isGroup = name.startsWith("All");
        return (group != null && !isGroup) ? group : gate.isOnByDefault();
    }

    private static boolean truth(String name, String value) {
        try {
            return new FlagType.Bool().check(value).equals("true");
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException(
                    "invalid value of " + name + ": " + value + ", err: not a truth value");
        }
    }
}
