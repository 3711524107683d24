package dev.plinth.client;

/** A request that stands alone or as a part of a {@link Txn}. */
public sealed interface Op permits Range, Put, Delete, Txn {}
