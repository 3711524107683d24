package dev.plinth.pagestore.model;

import java.util.List;

/** What a workload does, one after the other. */
public sealed interface Step {
    /** A write transaction. */
    record Write(List<Change> changes, boolean commits) implements Step {}

    /** Makes the last commit durable. */
    record Checkpoint() implements Step {}

    /** Moves some pages from the file's end, and cuts it. */
    record Shrink(int pages) implements Step {}

    /** Closes the database and opens it again. */
    record Reopen() implements Step {}

    /** Begins to read and keeps the transaction. */
    record OpenReader() implements Step {}

    /** Compares what the oldest reader sees with what it saw first, and ends it. */
    record CloseReader() implements Step {}

    /** A change to the bucket at a path; nothing happens where it is not possible. */
    sealed interface Change {
        /** Names from the root. */
        List<String> path();
    }

    /** Puts a value of a length, made from a seed. */
    record Put(List<String> path, String key, int length, int seed) implements Change {}

    /** Deletes a key. */
    record Delete(List<String> path, String key) implements Change {}

    /** Walks from a key with a cursor and deletes each second element. */
    record DeleteWithCursor(List<String> path, String from, int count) implements Change {}

    /** Makes a bucket. */
    record CreateBucket(List<String> path, String name) implements Change {}

    /** Removes a bucket. */
    record DeleteBucket(List<String> path, String name) implements Change {}

    /** Moves a bucket. */
    record MoveBucket(List<String> path, String name, List<String> target) implements Change {}

    /** Sets the sequence. */
    record SetSequence(List<String> path, long value) implements Change {}

    /** Sets how full pages are made. */
    record SetFill(List<String> path, double percent) implements Change {}
}
