package dev.plinth.testing;

import java.util.List;

/**
 * Where a test's server listens, for clients of any make.
 *
 * @param all of all members, {@code host:port}
 */
public record Endpoints(List<String> all) {
    /** That of the first member. */
    public String first() {
        return all.getFirst();
    }
}
