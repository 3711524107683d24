package dev.plinth.mvcc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.codec.Crc32c;
import dev.plinth.mvcc.codec.KeyValueView;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.mvcc.index.IndexReader;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.WriteTransaction;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Does accepted compactions physically, one at a time and in steps of bounded work, so that it
 * never holds up the apply thread for longer than one step. Driven by one background thread.
 *
 * <p>A compaction first goes through the index, a few leaves at a time under the apply lock, and
 * forgets what is dropped. Then it goes through the key bucket, {@link
 * StoreOptions#compactionBatchLimit} entries at a time in a page-store transaction each, deletes
 * what the index does not know any more, and hashes what it sees. The last step writes the mark of
 * the finished compaction in the same transaction. A crash in between leaves the mark of the
 * accepted one, from which the next start takes it up again.
 */
public final class Compactor {
    private static final int LEAVES_PER_STEP = 32;

    private static final class Job {
        private final long revision;
        private final long previous;
        private final boolean keepHash;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final Crc32c crc = new Crc32c();
        private byte @Nullable [] nextKey = new byte[0];
        private byte @Nullable [] nextRevision;
        private boolean keepsAnything;

        Job(long revision, long previous, boolean keepHash) {
            this.revision = revision;
            this.previous = previous;
            this.keepHash = keepHash;
            crc.update("key".getBytes(US_ASCII));
        }
    }

    private final KeyValueStore store;
    private final int batchLimit;
    private final long pauseNanos;
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();
    private final KeyValueView pair = new KeyValueView();
    private final ByteView key = new ByteView();
    private final ByteView value = new ByteView();
    private long notBeforeNanos;
    private boolean isPausing;
    private final LongAdder deletedEntries = new LongAdder();
    private volatile Runnable wakeUp = () -> {};

    Compactor(KeyValueStore store, StoreOptions options) {
        this.store = store;
        this.batchLimit = options.compactionBatchLimit();
        this.pauseNanos = options.compactionPauseNanos();
    }

    /** Sets who is told, by any thread, that there is work. */
    public void onWork(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }

    /** Revisions deleted from the database since the start; any thread. */
    public long deletedEntries() {
        return deletedEntries.sum();
    }

    /** Whether the next step goes through the index and not through the database. */
    public boolean isIndexNext() {
        synchronized (jobs) {
            Job next = jobs.peek();
            return next != null && next.nextKey != null;
        }
    }

    CompletionStage<Void> schedule(long revision, long previous, boolean keepHash) {
        Job job = new Job(revision, previous, keepHash);
        synchronized (jobs) {
            jobs.add(job);
        }
        wakeUp.run();
        return job.done.minimalCompletionStage();
    }

    CompletionStage<Void> barrier() {
        synchronized (jobs) {
            Job last = jobs.peekLast();
            return last == null
                    ? CompletableFuture.completedStage(null)
                    : last.done.minimalCompletionStage();
        }
    }

    /** Forgets all jobs: the store is closed or replaced. Waits for a running step. */
    synchronized void clear() {
        synchronized (jobs) {
            jobs.forEach(job -> job.done.cancel(false));
            jobs.clear();
        }
        isPausing = false;
    }

    /**
     * Does one step if one is due.
     *
     * @param nowNanos the monotonic time
     * @return how much was done; 0 when there was nothing to do or the pause is not over
     * @throws dev.plinth.pagestore.DatabaseException the database cannot be written: fatal for the
     *     member
     */
    public synchronized int doWork(long nowNanos) {
        Job job;
        synchronized (jobs) {
            job = jobs.peek();
        }
        if (job == null || (isPausing && nowNanos - notBeforeNanos < 0)) {
            return 0;
        }
        isPausing = false;
        if (job.nextKey != null) {
            compactIndex(job);
            return 1;
        }
        if (scanStep(job)) {
            finish(job);
        } else {
            isPausing = true;
            notBeforeNanos = nowNanos + pauseNanos;
        }
        return 1;
    }

    private void compactIndex(Job job) {
        Published now = store.published();
        now.backend().beginMaintenance();
        try {
            byte[] next = job.nextKey;
            for (int i = 0; next != null && i < LEAVES_PER_STEP; i++) {
                next = now.index().compact(next, job.revision);
            }
            job.nextKey = next;
            store.publishIndex();
        } finally {
            now.backend().endMaintenance();
        }
        if (job.nextKey == null) {
            startScan(job, now.backend());
        }
    }

    private void startScan(Job job, Backend backend) {
        job.nextRevision = new byte[RevisionKey.PUT_BYTES];
        // What is to be deleted has to be in the page store, and the mark of this compaction too.
        backend.flush();
        int ticket = backend.epochs().pin();
        try {
            Published pinned = store.published();
            job.keepsAnything = pinned.index().newReader().knowsUpTo(pinned.root(), job.revision);
        } finally {
            backend.epochs().unpin(ticket);
        }
    }

    /** One batch; returns whether it was the last one. */
    private boolean scanStep(Job job) {
        Backend backend = store.published().backend();
        boolean[] last = {false};
        backend.rewriteRevisions(write -> {
            int ticket = backend.epochs().pin();
            try {
                last[0] = scanBatch(job, write, store.published());
            } finally {
                backend.epochs().unpin(ticket);
            }
            if (last[0]) {
                Bucket meta = Objects.requireNonNull(write.bucket(SchemaBucket.META.nameBytes()));
                meta.put(
                        MetaKeys.finishedCompactRevision(),
                        RevisionKey.encode(job.revision, 0, false));
            }
        });
        return last[0];
    }

    private boolean scanBatch(Job job, WriteTransaction write, Published pinned) {
        Bucket bucket = Objects.requireNonNull(write.bucket(SchemaBucket.KEY.nameBytes()));
        IndexReader index = pinned.index().newReader();
        Cursor cursor = bucket.cursor();
        byte[] from = Objects.requireNonNull(job.nextRevision);
        boolean more = cursor.seek(from);
        for (int i = 0; i < batchLimit; i++) {
            if (!more) {
                return true;
            }
            cursor.key(key);
            cursor.value(value);
            RevisionKey.check(key.segment(), key.offset(), key.length());
            long main = RevisionKey.main(key.segment(), key.offset());
            if (main > job.revision) {
                return true;
            }
            int sub = RevisionKey.sub(key.segment(), key.offset());
            pair.wrap(value.segment(), value.offset(), value.length());
            boolean known = index.contains(pinned.root(), pair.key(), main, sub);
            hash(job, main, known);
            job.nextRevision = RevisionKey.encode(main, sub + 1, false);
            if (!known) {
                cursor.delete();
                deletedEntries.increment();
            }
            more = cursor.next();
        }
        return !more;
    }

    /** Feeds the entry that key and value show, as HashKV at this revision would have done. */
    private void hash(Job job, long main, boolean known) {
        boolean tombstone = RevisionKey.isTombstone(key.segment(), key.offset(), key.length());
        boolean skipped =
                (main <= job.previous && job.keepsAnything && !known)
                        || (main == job.previous && tombstone);
        if (!skipped) {
            job.crc.update(key.segment(), key.offset(), key.length());
            job.crc.update(value.segment(), value.offset(), value.length());
        }
    }

    private void finish(Job job) {
        if (job.keepHash) {
            store.keepCompactionHash(job.revision, job.previous, job.crc.value());
        }
        synchronized (jobs) {
            jobs.remove(job);
        }
        job.done.complete(null);
    }
}
