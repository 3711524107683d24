package dev.plinth.server.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads {@code --config-file}, YAML or JSON. Keys are the flags' names in any case; unknown ones
 * are passed over, as etcd does. What differs from the command line: durations are nanoseconds,
 * TLS, discovery and socket settings stand in maps of their own, and a few flags cannot be set.
 *
 * <p>Source: server.md 1.3.
 */
public final class ConfigFile {
    /** Not settable in a file. */
    private static final Set<String> COMMAND_LINE_ONLY =
            Set.of(
                    "raft-read-timeout",
                    "raft-write-timeout",
                    "client-crl-file",
                    "peer-crl-file",
                    "config-file",
                    "version");

    /** Their failures have a text of their own. */
    private static final Set<String> URL_KEYS =
            Set.of(
                    "listen-peer-urls",
                    "listen-client-urls",
                    "listen-client-http-urls",
                    "listen-metrics-urls",
                    "initial-advertise-peer-urls",
                    "advertise-client-urls");

    private static final Map<String, String> CLIENT_TLS =
            Map.of(
                    "cert-file", "cert-file",
                    "key-file", "key-file",
                    "client-cert-file", "client-cert-file",
                    "client-key-file", "client-key-file",
                    "client-cert-auth", "client-cert-auth",
                    "trusted-ca-file", "trusted-ca-file",
                    "auto-tls", "auto-tls",
                    "allowed-hostname", "client-cert-allowed-hostname");

    private static final Map<String, String> PEER_TLS =
            Map.of(
                    "cert-file", "peer-cert-file",
                    "key-file", "peer-key-file",
                    "client-cert-file", "peer-client-cert-file",
                    "client-key-file", "peer-client-key-file",
                    "client-cert-auth", "peer-client-cert-auth",
                    "trusted-ca-file", "peer-trusted-ca-file",
                    "auto-tls", "peer-auto-tls",
                    "allowed-cn", "peer-cert-allowed-cn",
                    "allowed-hostname", "peer-cert-allowed-hostname",
                    "skip-client-san-verification", "peer-skip-client-san-verification");

    private static final Map<String, String> DISCOVERY =
            Map.of(
                    "endpoints", "discovery-endpoints",
                    "dial-timeout", "discovery-dial-timeout",
                    "request-timeout", "discovery-request-timeout",
                    "keepalive-time", "discovery-keepalive-time",
                    "keepalive-timeout", "discovery-keepalive-timeout");

    private final FlagValues values;

    private ConfigFile(FlagValues values) {
        this.values = values;
    }

    /**
     * Sets the flags that the text names.
     *
     * @throws ConfigException if the text is not YAML, or a value does not fit its flag
     */
    public static FlagValues read(String text, FlagTable table) throws ConfigException {
        Object root;
        try {
            root = new Load(LoadSettings.builder().build()).loadFromString(text);
        } catch (YamlEngineException e) {
            throw new ConfigException("error converting YAML to JSON: " + e.getMessage());
        }
        FlagValues values = FlagValues.ofFile(table);
        if (root != null) {
            new ConfigFile(values).readMap(asMap("the file", root));
        }
        return values;
    }

    private void readMap(Map<?, ?> map) throws ConfigException {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = String.valueOf(entry.getKey()).toLowerCase(Locale.ROOT);
            Object value = entry.getValue();
            if (value == null) {
                continue;
            }
            switch (key) {
                case "client-transport-security" -> readNamed(key, value, CLIENT_TLS);
                case "peer-transport-security" -> readNamed(key, value, PEER_TLS);
                case "socket-options" ->
                        readNamed(
                                key,
                                value,
                                Map.of(
                                        "reuse-port", "socket-reuse-port",
                                        "reuse-address", "socket-reuse-address"));
                case "discovery-config" -> readDiscovery(key, value);
                default -> {
                    if (!COMMAND_LINE_ONLY.contains(key)) {
                        set(key, key, value);
                    }
                }
            }
        }
    }

    private void readDiscovery(String key, Object value) throws ConfigException {
        readNamed(key, value, Map.of("token", "discovery-token"));
        Object client = asMap(key, value).get("client");
        if (client != null) {
            readNamed(key + ".client", client, DISCOVERY);
        }
    }

    private void readNamed(String key, Object value, Map<String, String> flagsByKey)
            throws ConfigException {
        for (Map.Entry<?, ?> entry : asMap(key, value).entrySet()) {
            String inner = String.valueOf(entry.getKey()).toLowerCase(Locale.ROOT);
            String flag = flagsByKey.get(inner);
            if (flag != null && entry.getValue() != null) {
                set(key + "." + inner, flag, entry.getValue());
            }
        }
    }

    private void set(String key, String name, Object value) throws ConfigException {
        Flag flag = values.table().find(name);
        if (flag == null || flag.group() == Flag.Group.HIDDEN) {
            return;
        }
        try {
            values.set(flag, text(flag, value));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    URL_KEYS.contains(name)
                            ? "unexpected error setting up " + key + ": " + e.getMessage()
                            : "error unmarshaling JSON: " + key + ": " + e.getMessage());
        }
    }

    private static String text(Flag flag, Object value) {
        if (flag.type() instanceof FlagType.Time) {
            if (value instanceof Number number) {
                return GoDuration.format(number.longValue());
            }
            throw new IllegalArgumentException("a duration is a number of nanoseconds");
        }
        if (value instanceof List<?> items) {
            return items.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        if (value instanceof Map) {
            throw new IllegalArgumentException("cannot be a map");
        }
        return String.valueOf(value);
    }

    private static Map<?, ?> asMap(String key, Object value) throws ConfigException {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new ConfigException("error unmarshaling JSON: " + key + ": is no map");
    }
}
