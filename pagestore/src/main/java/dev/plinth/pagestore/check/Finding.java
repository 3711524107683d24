package dev.plinth.pagestore.check;

/**
 * Something that a sound file does not have.
 *
 * @param kind what sort of damage
 * @param page where it was found
 * @param text for an operator; the reference's words where it has them
 */
public record Finding(Kind kind, long page, String text) {
    /** The sorts of damage. */
    public enum Kind {
        /** The list of free pages names a page twice. */
        FREED_TWICE,
        /** The list of free pages names a page that cannot be free. */
        FREE_OUT_OF_RANGE,
        /** Nothing leads to the page, and it is not free. */
        UNREACHABLE,
        /** A page id that the state does not have. */
        OUT_OF_BOUNDS,
        /** Two places lead to the page. */
        REFERENCED_TWICE,
        /** The tree leads to a free page. */
        REACHABLE_FREED,
        /** Neither branch nor leaf. */
        WRONG_TYPE,
        /** Keys out of order, within a page or against its parents. */
        KEY_ORDER,
        /** The page cannot be read: its bytes contradict each other or its place. */
        UNREADABLE
    }

    @Override
    public String toString() {
        return text;
    }
}
