package dev.plinth.client;

/** What the items of a range are sorted by. */
public enum SortTarget {
    KEY,
    VERSION,
    CREATE_REVISION,
    MOD_REVISION,
    VALUE
}
