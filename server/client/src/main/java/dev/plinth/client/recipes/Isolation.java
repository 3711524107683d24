package dev.plinth.client.recipes;

/** What a {@link Stm} transaction may see of others that are done at the same time. */
public enum Isolation {
    /** All reads are of one revision; it fails if a key read or written has changed since. */
    SERIALIZABLE_SNAPSHOT,
    /** All reads are of one revision; it fails if a key read has changed since. */
    SERIALIZABLE,
    /** Each key is read once; it fails if a key read has changed since. */
    REPEATABLE_READS,
    /** Each key is read once; nothing is checked. */
    READ_COMMITTED
}
