package dev.plinth.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often, and after what pause, a call is made again that may be: reads while servers are
 * unavailable, anything that was certainly not sent, and what was refused for an old token, by a
 * learner or by a member that has only just started. Each server of a quorum is tried at once, then
 * comes a pause. Writes that may have been done are never repeated, whatever this says. Source:
 * tools.md 7.2.
 *
 * @param attemptsMax calls altogether, at least 1
 * @param pause between rounds
 * @param jitter part of the pause by which it varies, 0 up to 1
 */
public record RetryPolicy(int attemptsMax, Duration pause, double jitter) {
    /** What etcd's own client does. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(100, Duration.ofMillis(25), 0.1);

    /** Each call is made once. */
    public static final RetryPolicy NONE = new RetryPolicy(1, Duration.ZERO, 0);

    /** Checks the limits. */
    public RetryPolicy {
        if (attemptsMax < 1 || pause.isNegative() || !(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException(
                    "attemptsMax %d, pause %s, jitter %s".formatted(attemptsMax, pause, jitter));
        }
    }

    /** Nanoseconds to wait after so many attempts, the first being 1. */
    long pauseNanos(int attempts, int endpoints, RandomGenerator random) {
        int quorum = endpoints / 2 + 1;
        return attempts % quorum != 0
                ? 0
                : (long) (pause.toNanos() * (1 + jitter * (2 * random.nextDouble() - 1)));
    }
}
