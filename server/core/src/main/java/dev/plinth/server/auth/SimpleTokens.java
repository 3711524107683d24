package dev.plinth.server.auth;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that mean a user as long as they are used: sixteen letters, a point, and the log position
 * at which they were made. Every member makes the same ones from the log; how long each keeps one
 * depends on its own use. Any thread.
 */
public final class SimpleTokens {
    private static final int LETTERS = 16;
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private record Entry(String user, long expiresNanos) {}

    private final long ttlNanos;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final Map<String, Entry> users = new ConcurrentHashMap<>();

    /**
     * @param random must not be guessable
     */
    public SimpleTokens(long ttlNanos, LongSupplier nanoClock, RandomGenerator random) {
        this.ttlNanos = ttlNanos;
        this.nanoClock = nanoClock;
        this.random = random;
    }

    /** Letters for a token that is yet to be made. */
    public String prefix() {
        StringBuilder letters = new StringBuilder(LETTERS);
        for (int i = 0; i < LETTERS; i++) {
            letters.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return letters.toString();
    }

    /**
     * The log index that must be applied before the token can be known here; -1 when it is no such
     * token.
     */
    public static long index(String token) {
        int point = token.indexOf('.');
        if (point < 0 || token.indexOf('.', point + 1) >= 0) {
            return -1;
        }
        try {
            return Long.parseUnsignedLong(token.substring(point + 1));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    void assign(String token, String user) {
        users.put(token, new Entry(user, nanoClock.getAsLong() + ttlNanos));
    }

    /** The user of a token, whose life begins anew; null when it is unknown or has expired. */
    @Nullable String user(String token) {
        long now = nanoClock.getAsLong();
        Entry entry = users.get(token);
        if (entry == null || entry.expiresNanos() - now <= 0) {
            return null;
        }
        users.replace(token, entry, new Entry(entry.user(), now + ttlNanos));
        return entry.user();
    }

    void forgetUser(String user) {
        users.values().removeIf(entry -> entry.user().equals(user));
    }

    void forgetAll() {
        users.clear();
    }

    /** Forgets what has expired; to be called now and then. */
    public void sweep() {
        long now = nanoClock.getAsLong();
        users.values().removeIf(entry -> entry.expiresNanos() - now <= 0);
    }
}
