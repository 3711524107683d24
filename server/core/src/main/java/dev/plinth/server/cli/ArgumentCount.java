package dev.plinth.server.cli;

/**
 * How many words a command takes besides its flags.
 *
 * @param min at least
 * @param max at most
 */
public record ArgumentCount(int min, int max) {
    /** Any number. */
    public static final ArgumentCount ANY = new ArgumentCount(0, Integer.MAX_VALUE);

    /** Just as many. */
    public static ArgumentCount exactly(int count) {
        return new ArgumentCount(count, count);
    }

    /** So many or more. */
    public static ArgumentCount atLeast(int count) {
        return new ArgumentCount(count, Integer.MAX_VALUE);
    }

    void require(int received) throws CommandFailure {
        if (received >= min && received <= max) {
            return;
        }
        if (min == max) {
            throw new CommandFailure("accepts %d arg(s), received %d".formatted(min, received));
        }
        if (max == Integer.MAX_VALUE) {
            throw new CommandFailure(
                    "requires at least %d arg(s), only received %d".formatted(min, received));
        }
        throw new CommandFailure(
                "accepts between %d and %d arg(s), received %d".formatted(min, max, received));
    }
}
