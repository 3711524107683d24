package dev.plinth.client;

/**
 * What a role allows.
 *
 * @param access to what end
 * @param keys which keys
 */
public record Permission(Access access, KeyRange keys) {
    /** What may be done with keys. */
    public enum Access {
        READ,
        WRITE,
        READ_WRITE
    }
}
