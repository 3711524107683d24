package dev.plinth.server.auth;

import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Tokens that mean a user as long as they are used: sixteen letters, a point, and the log position
 * at which they were made. Every member makes the same ones from the log; how long each keeps one
 * depends on its own use. Any thread.
 */
public final class SimpleTokens implements Tokens {
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

    @Override
    public String prefix() {
        StringBuilder letters = new StringBuilder(LETTERS);
        for (int i = 0; i < LETTERS; i++) {
            letters.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return letters.toString();
    }

    @Override
    public long index(String token) {
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

    @Override
    public String assign(String prefix, String user, long index) {
        String token = prefix + "." + Long.toUnsignedString(index);
        users.put(token, new Entry(user, nanoClock.getAsLong() + ttlNanos));
        return token;
    }

    @Override
    public String complete(String assigned, String user, long authRevision) {
        return assigned;
    }

    /** The user of the token, whose life begins anew. */
    @Override
    public Caller caller(String token, long authRevision) throws RefusedException {
        long now = nanoClock.getAsLong();
        Entry entry = users.get(token);
        if (entry == null || entry.expiresNanos() - now <= 0) {
            throw RefusedException.of(EtcdError.INVALID_AUTH_TOKEN);
        }
        users.replace(token, entry, new Entry(entry.user(), now + ttlNanos));
        return new Caller(entry.user(), authRevision);
    }

    @Override
    public void forgetUser(String user) {
        users.values().removeIf(entry -> entry.user().equals(user));
    }

    @Override
    public void forgetAll() {
        users.clear();
    }

    @Override
    public void sweep() {
        long now = nanoClock.getAsLong();
        users.values().removeIf(entry -> entry.expiresNanos() - now <= 0);
    }
}
