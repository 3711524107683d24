package dev.plinth.jmh.pagestore;

import java.nio.file.Path;
import java.util.function.LongSupplier;

/** What is measured of a key-value store. */
interface Store extends AutoCloseable {
    /** How to open one; the directory is the store's own. */
    @FunctionalInterface
    interface Opener {
        Store open(Path directory);
    }

    /** Puts values under the next {@code count} keys in one transaction. */
    void put(int count, double fill, LongSupplier keys, byte[] value);

    /** Commits are durable from now on, or not. */
    void durable(boolean durable);

    /** Gets values of random keys; returns the sum of their lengths. */
    long gets(int count);

    /** Reads all; returns the number of keys. */
    long scan();

    @Override
    void close();

    /** Sees to it that the values of a scan were looked at; returns the number of keys. */
    static long requireRead(long count, long sum) {
        if (sum == 0) {
            throw new IllegalStateException("nothing read");
        }
        return count;
    }
}
