package dev.plinth.client;

/** Direction of a sort. */
public enum SortOrder {
    ASCENDING,
    DESCENDING
}
