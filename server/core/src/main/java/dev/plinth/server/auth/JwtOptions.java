package dev.plinth.server.auth;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The options behind {@code --auth-token jwt,…}: {@code sign-method} (required), {@code pub-key}
 * and {@code priv-key} (files), {@code ttl} (5 minutes if absent).
 */
public record JwtOptions(Map<String, String> values) {
    private static final String INVALID = "auth: invalid auth options";
    private static final long TTL_DEFAULT_MILLIS = 300_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final String SIGN_METHOD = "sign-method";
    private static final String PUBLIC_KEY = "pub-key";
    private static final String PRIVATE_KEY = "priv-key";
    private static final String TTL = "ttl";
    private static final Set<String> KNOWN = Set.of(SIGN_METHOD, PUBLIC_KEY, PRIVATE_KEY, TTL);

    /** Reads a key file. */
    public interface KeyFile {
        /**
         * The whole file.
         *
         * @throws JwtException when it cannot be read
         */
        byte[] read(String path) throws JwtException;
    }

    /** Reads a duration in the form of Go, such as {@code 10m}. */
    public interface Duration {
        /**
         * Nanoseconds.
         *
         * @throws JwtException when it is none
         */
        long nanos(String text) throws JwtException;
    }

    /**
     * Takes the flag's value apart.
     *
     * @param value what follows the kind of token, each option preceded by a comma
     * @throws JwtException for an option that is not {@code name=value} or is given twice
     */
    public static JwtOptions parse(String value) throws JwtException {
        Map<String, String> values = new HashMap<>();
        String[] options = value.split(",", -1);
        for (int i = 1; i < options.length; i++) {
            String[] pair = options[i].split("=", -1);
            if (pair.length != 2 || values.put(pair[0], pair[1]) != null) {
                throw new JwtException(INVALID);
            }
        }
        return new JwtOptions(Map.copyOf(values));
    }

    /** Options that mean nothing, to be warned of. */
    public Set<String> unknown() {
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(KNOWN);
        return unknown;
    }

    /**
     * Makes the tokens that the options describe.
     *
     * @throws JwtException when a key is missing or does not fit
     */
    public JwtTokens tokens(KeyFile files, Duration durations, LongSupplier wallMillis)
            throws JwtException {
        JwtMethod method = JwtMethod.named(values.getOrDefault(SIGN_METHOD, ""));
        if (method == null) {
            throw new JwtException(INVALID);
        }
        String ttl = values.getOrDefault(TTL, "");
        long ttlMillis =
                ttl.isEmpty() ? TTL_DEFAULT_MILLIS : durations.nanos(ttl) / NANOS_PER_MILLI;
        JwtKeys keys = JwtKeys.read(method, file(PUBLIC_KEY, files), file(PRIVATE_KEY, files));
        return new JwtTokens(method, keys, ttlMillis, wallMillis);
    }

    private byte @Nullable [] file(String option, KeyFile files) throws JwtException {
        String path = values.getOrDefault(option, "");
        return path.isEmpty() ? null : files.read(path);
    }
}
