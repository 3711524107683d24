package dev.plinth.mvcc.index;

/** What the index knows of a key at a revision. A mutable out-parameter, owned by the caller. */
public final class KeyState {
    /** Main revision of the newest change. */
    public long mod;

    /** Sub-revision of the newest change. */
    public int sub;

    /** Main revision of the put that began this life. */
    public long create;

    /** Puts in this life. */
    public long version;
}
