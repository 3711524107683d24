package dev.plinth.pagestore;

/** When a commit reaches stable storage. */
public enum Durability {
    /** A commit returns, and is visible to readers, when it is durable. */
    EVERY_COMMIT,
    /**
     * A commit is visible at once and durable with the next {@link Database#checkpoint}. A crash at
     * any time leaves the state of the last completed checkpoint. The list of free pages is never
     * persisted in this mode.
     */
    AT_CHECKPOINT,
    /**
     * Nothing is synced unless {@link Database#sync} is called: a crash may destroy the file. For
     * files that are built anew and thrown away after a crash.
     */
    NEVER
}
