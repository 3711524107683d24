package dev.plinth.server.bolt;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.pagestore.WriteTransaction;
import dev.plinth.server.cli.CommandFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The load of {@code bench}: keys begin with a counted or random number of four bytes, values are
 * zeros; reads repeat for at least a second.
 */
final class BoltBenchmark {
    private static final byte[] BUCKET = "bench".getBytes(StandardCharsets.UTF_8);
    private static final long READ_NANOS_MIN = 1_000_000_000L;

    private final BoltContext context;
    private final Load load;
    private final LongAdder completedWrites = new LongAdder();
    private final LongAdder completedReads = new LongAdder();
    private final List<NestedKey> keys = new ArrayList<>();
    private int counter;

    /**
     * What to do.
     *
     * @param batch puts of a transaction
     * @param keySize bytes, at least four
     */
    record Load(
            String writeMode,
            String readMode,
            long operations,
            long batch,
            int keySize,
            int valueSize,
            double fillPercent) {
        boolean isNested() {
            return writeMode.endsWith("-nest");
        }

        boolean isRandom() {
            return writeMode.startsWith("rnd");
        }
    }

    private record NestedKey(byte @Nullable [] bucket, byte[] key) {}

    BoltBenchmark(BoltContext context, Load load) {
        this.context = context;
        this.load = load;
    }

    LongAdder completedWrites() {
        return completedWrites;
    }

    LongAdder completedReads() {
        return completedReads;
    }

    private byte[] nextKey() {
        int number = load.isRandom() ? context.random().nextInt() : ++counter;
        byte[] key = new byte[load.keySize];
        ByteBuffer.wrap(key).putInt(number);
        return key;
    }

    // ---------------------------------------------------------------- writes

    void write(Database database) {
        byte[] value = new byte[load.valueSize];
        for (long i = 0; i < load.operations; i += load.batch) {
            try (WriteTransaction transaction = database.beginWrite()) {
                writeBatch(transaction, i, value);
                transaction.commit();
            }
        }
    }

    private void writeBatch(WriteTransaction transaction, long iteration, byte[] value) {
        Bucket bucket = transaction.root().createBucketIfMissing(BUCKET);
        bucket.setFillPercent(load.fillPercent);
        byte[] name = null;
        if (load.isNested()) {
            name = nextKey();
            bucket = bucket.createBucketIfMissing(name);
            bucket.setFillPercent(load.fillPercent);
        }
        context.err().println("Starting write iteration " + iteration);
        for (long j = 0; j < load.batch; j++) {
            byte[] key = nextKey();
            bucket.put(key, value);
            if (load.readMode.equals("rnd")) {
                keys.add(new NestedKey(name, key));
            }
            completedWrites.increment();
        }
        context.err().println("Finished write iteration " + iteration);
    }

    // ---------------------------------------------------------------- reads

    void read(Database database) throws CommandFailure {
        boolean isRandom =
                switch (load.readMode) {
                    case "seq" -> false;
                    case "rnd" -> true;
                    default ->
                            throw new CommandFailure(
                                    "bench: read: invalid read mode: " + load.readMode);
                };
        Collections.shuffle(keys, new Random(context.random().nextLong()));
        try (ReadTransaction transaction = database.beginRead()) {
            long start = context.clock().monotonicNanos();
            do {
                Bucket top = transaction.bucket(BUCKET);
                if (top == null) {
                    return;
                }
                long reads = isRandom ? readListed(top) : readAll(top);
                completedReads.add(reads);
                if (!load.isRandom() && reads != load.operations) {
                    throw new CommandFailure(
                            "bench: read: read %s: iter mismatch: expected %d, got %d"
                                    .formatted(load.writeMode, load.operations, reads));
                }
            } while (context.clock().monotonicNanos() - start < READ_NANOS_MIN);
        }
    }

    private long readAll(Bucket bucket) {
        long reads = 0;
        ByteView key = new ByteView();
        ByteView value = new ByteView();
        Cursor cursor = bucket.cursor();
        for (boolean found = cursor.first(); found; found = cursor.next()) {
            if (cursor.isBucket()) {
                Bucket child = bucket.bucket(cursor.keyBytes());
                reads += child == null ? 0 : readAll(child);
            } else {
                cursor.key(key);
                cursor.value(value);
                reads++;
            }
        }
        return reads;
    }

    private long readListed(Bucket top) throws CommandFailure {
        ByteView value = new ByteView();
        for (NestedKey each : keys) {
            Bucket bucket = each.bucket == null ? top : top.bucket(each.bucket);
            if (bucket == null || !bucket.get(each.key, value)) {
                throw new CommandFailure("bench: read: invalid value");
            }
        }
        return keys.size();
    }
}
