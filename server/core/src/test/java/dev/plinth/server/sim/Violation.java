package dev.plinth.server.sim;

/** Something that must never happen did. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String property;

    Violation(String property, String detail) {
        super(property + ": " + detail);
        this.property = property;
    }

    Violation(String property, Throwable cause) {
        super(property + ": " + cause, cause);
        this.property = property;
    }

    /** Name of the property that was broken. */
    public String property() {
        return property;
    }
}
