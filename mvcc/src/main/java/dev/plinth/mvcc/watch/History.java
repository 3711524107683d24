package dev.plinth.mvcc.watch;

import java.util.List;
import java.util.function.Predicate;

/** Past changes, for watchers that are behind. The store; a fake in tests of the hub. */
public interface History {

    /**
     * A piece of history.
     *
     * @param events those asked for, ascending
     * @param upTo everything wanted up to this revision is in {@code events}
     * @param compactRevision when the start asked for is below it, nothing was read
     */
    record Slice(List<WatchEvent> events, long upTo, long compactRevision) {}

    /**
     * Reads whole revisions from {@code from} on, until the present or about so much work is done.
     *
     * @param wanted which keys
     * @param eventsMax events after which the current revision is the last one
     * @param bytesMax encoded bytes after which the current revision is the last one
     * @param scannedMax changes looked at after which the current revision is the last one
     */
    Slice read(long from, Predicate<byte[]> wanted, int eventsMax, long bytesMax, int scannedMax);
}
