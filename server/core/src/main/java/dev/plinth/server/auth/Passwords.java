package dev.plinth.server.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import dev.plinth.server.core.RefusedException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Executor;

/**
 * Hashes and checks passwords. Slow on purpose: call it on a thread that may be kept busy, and
 * never at apply, where every member would draw another salt.
 */
public final class Passwords {
    private static final int PASSWORD_BYTES_MAX = 72;
    private static final int COST_MIN = 4;
    private static final int COST_MAX = 31;
    private static final int COST_DEFAULT = 10;

    private final int cost;
    private final SecureRandom random;
    private final Executor threads;

    /**
     * @param cost logarithm of the number of rounds, 4 to 31; another number means 10
     * @param threads few platform threads that may be kept busy; rejects when too many wait
     */
    public Passwords(long cost, SecureRandom random, Executor threads) {
        this.threads = threads;
        this.cost = cost >= COST_MIN && cost <= COST_MAX ? (int) cost : COST_DEFAULT;
        this.random = random;
    }

    /** Where work on passwords and signatures belongs. */
    public Executor threads() {
        return threads;
    }

    /** The hash in the form in which requests carry it: base64 of the bcrypt string. */
    public String hash(String password) throws RefusedException {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > PASSWORD_BYTES_MAX) {
            throw RefusedException.unmapped("bcrypt: password length exceeds 72 bytes");
        }
        byte[] hash =
                BCrypt.with(BCrypt.Version.VERSION_2A, random, LongPasswordStrategies.none())
                        .hash(cost, bytes);
        return Base64.getEncoder().encodeToString(hash);
    }

    /** Whether the password has this bcrypt hash. */
    boolean matches(String password, byte[] hash) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= PASSWORD_BYTES_MAX && BCrypt.verifyer().verify(bytes, hash).verified;
    }
}
