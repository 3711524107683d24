package dev.plinth.client;

/** What an {@link Op} of a transaction gave; in the order and of the kind of the operations. */
public sealed interface OpResult permits RangeResult, PutResult, DeleteResult, TxnResult {
    /** Of a part of a transaction, the revision alone is set. */
    Header header();
}
