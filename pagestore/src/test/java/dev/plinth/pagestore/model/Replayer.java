package dev.plinth.pagestore.model;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.OnlineShrink;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.pagestore.WriteTransaction;
import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.walio.io.Disk;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plays a workload on a database and on the model, and compares. Knows at each moment which states
 * a crash may leave.
 */
public final class Replayer implements AutoCloseable {
    private record Reader(ReadTransaction transaction, ModelBucket expected) {}

    private final Disk disk;
    private final Path path;
    private final Options options;
    private final Deque<Reader> readers = new ArrayDeque<>();
    private Database database;
    private ModelBucket committed = new ModelBucket();

    /** What a crash may leave: the last durable state, and the one that is being made durable. */
    private ModelBucket durable = committed;

    private @Nullable ModelBucket becomingDurable;

    /** Opens, or makes, the database. */
    public Replayer(Disk disk, Path path, Options options) {
        this.disk = disk;
        this.path = path;
        this.options = options;
        this.database = Database.open(disk, path, options);
    }

    public Database database() {
        return database;
    }

    /** The states that a crash at this moment may leave. */
    public List<ModelBucket> survivors() {
        ModelBucket other = becomingDurable;
        return other == null ? List.of(durable) : List.of(durable, other);
    }

    /** Plays all steps; fails at the first difference. */
    public void play(List<Step> workload, boolean verify) {
        for (Step step : workload) {
            play(step);
            if (verify) {
                verify(database, committed);
            }
        }
    }

    private void play(Step step) {
        switch (step) {
            case Step.Write write -> write(write);
            case Step.Checkpoint _ -> {
                if (options.durability() == Durability.AT_CHECKPOINT) {
                    becomingDurable = committed;
                    database.checkpoint();
                    durable = committed;
                    becomingDurable = null;
                    verifyDurable();
                }
            }
            case Step.Reopen _ -> {
                while (!readers.isEmpty()) {
                    closeReader();
                }
                becomingDurable = committed;
                database.close();
                database = Database.open(disk, path, options);
                durable = committed;
                becomingDurable = null;
            }
            case Step.Shrink shrink -> new OnlineShrink(database).step(shrink.pages());
            case Step.OpenReader _ -> readers.add(new Reader(database.beginRead(), committed));
            case Step.CloseReader _ -> {
                if (!readers.isEmpty()) {
                    closeReader();
                }
            }
        }
    }

    private void verifyDurable() {
        try (ReadTransaction transaction = database.beginDurableRead()) {
            requireEqual(durable, transaction.root());
        }
    }

    private void closeReader() {
        Reader reader = readers.removeFirst();
        try (ReadTransaction transaction = reader.transaction) {
            requireEqual(reader.expected, transaction.root());
        }
    }

    private void write(Step.Write write) {
        ModelBucket next = committed.copy();
        try (WriteTransaction transaction = database.beginWrite()) {
            for (Step.Change change : write.changes()) {
                apply(change, transaction, next);
            }
            requireEqual(next, transaction.root());
            if (write.commits()) {
                if (options.durability() == Durability.EVERY_COMMIT) {
                    becomingDurable = next;
                }
                transaction.commit();
                committed = next;
                if (options.durability() == Durability.EVERY_COMMIT) {
                    durable = next;
                    becomingDurable = null;
                }
            }
        }
    }

    private static void apply(Step.Change change, WriteTransaction transaction, ModelBucket root) {
        Bucket bucket = transaction.root();
        ModelBucket model = root;
        for (String name : change.path()) {
            model = model == null ? null : model.bucket(bytes(name));
            bucket = bucket == null ? null : bucket.bucket(bytes(name));
            if ((model == null) != (bucket == null)) {
                throw new AssertionError("bucket " + name + " is there in one of the two alone");
            }
        }
        if (model == null || bucket == null) {
            if (change instanceof Step.CreateBucket || change instanceof Step.Put) {
                create(change.path(), transaction.root(), root);
            }
            return;
        }
        applyTo(change, transaction, root, bucket, model);
    }

    private static void create(List<String> path, Bucket bucket, ModelBucket model) {
        byte[] first = bytes(path.getFirst());
        if (model.entries.get(first) == null) {
            bucket.createBucket(first);
            model.entries.put(first, new ModelBucket());
        }
    }

    private static void applyTo(
            Step.Change change,
            WriteTransaction transaction,
            ModelBucket root,
            Bucket bucket,
            ModelBucket model) {
        switch (change) {
            case Step.Put put -> {
                byte[] value = new byte[put.length()];
                Arrays.fill(value, (byte) put.seed());
                bucket.put(bytes(put.key()), value);
                model.entries.put(bytes(put.key()), value);
            }
            case Step.Delete delete -> {
                bucket.delete(bytes(delete.key()));
                model.entries.remove(bytes(delete.key()));
            }
            case Step.DeleteWithCursor delete -> deleteWithCursor(delete, bucket, model);
            case Step.CreateBucket create -> {
                byte[] name = bytes(create.name());
                if (model.entries.containsKey(name)) {
                    expect(DatabaseException.BucketExists.class, () -> bucket.createBucket(name));
                } else {
                    bucket.createBucket(name);
                    model.entries.put(name, new ModelBucket());
                }
            }
            case Step.DeleteBucket delete -> {
                byte[] name = bytes(delete.name());
                if (model.bucket(name) == null) {
                    expect(DatabaseException.BucketNotFound.class, () -> bucket.deleteBucket(name));
                } else {
                    bucket.deleteBucket(name);
                    model.entries.remove(name);
                }
            }
            case Step.MoveBucket move -> move(move, transaction, root, bucket, model);
            case Step.SetSequence set -> {
                bucket.setSequence(set.value());
                model.sequence = set.value();
            }
            case Step.SetFill set -> bucket.setFillPercent(set.percent());
        }
    }

    private static void move(
            Step.MoveBucket move,
            WriteTransaction transaction,
            ModelBucket root,
            Bucket bucket,
            ModelBucket model) {
        Bucket target = transaction.root();
        ModelBucket targetModel = root;
        for (String name : move.target()) {
            targetModel = targetModel.bucket(bytes(name));
            if (targetModel == null) {
                return;
            }
            target = java.util.Objects.requireNonNull(target.bucket(bytes(name)));
        }
        byte[] name = bytes(move.name());
        ModelBucket moved = model.bucket(name);
        Bucket to = target;
        if (moved == null) {
            expect(DatabaseException.BucketNotFound.class, () -> bucket.moveBucket(name, to));
        } else if (targetModel == model) {
            expect(DatabaseException.SameBuckets.class, () -> bucket.moveBucket(name, to));
        } else if (targetModel.entries.containsKey(name)) {
            expect(DatabaseException.BucketExists.class, () -> bucket.moveBucket(name, to));
        } else if (contains(moved, targetModel)) {
            expect(DatabaseException.SameBuckets.class, () -> bucket.moveBucket(name, to));
        } else {
            bucket.moveBucket(name, to);
            model.entries.remove(name);
            targetModel.entries.put(name, moved);
        }
    }

    private static boolean contains(ModelBucket outer, ModelBucket inner) {
        if (outer == inner) {
            return true;
        }
        return outer.entries.values().stream()
                .anyMatch(value -> value instanceof ModelBucket next && contains(next, inner));
    }

    private static void deleteWithCursor(
            Step.DeleteWithCursor delete, Bucket bucket, ModelBucket model) {
        Cursor cursor = bucket.cursor();
        boolean more = cursor.seek(bytes(delete.from()));
        Map.Entry<byte[], Object> entry = model.entries.ceilingEntry(bytes(delete.from()));
        for (int i = 0; i < delete.count() && entry != null; i++) {
            if (!more || !Arrays.equals(cursor.keyBytes(), entry.getKey())) {
                throw new AssertionError("cursor is not at " + ModelBucket.text(entry.getKey()));
            }
            if (i % 2 == 0 && !cursor.isBucket()) {
                cursor.delete();
                model.entries.remove(entry.getKey());
            }
            more = cursor.next();
            entry = model.entries.higherEntry(entry.getKey());
        }
        if (entry == null && more) {
            throw new AssertionError("cursor goes on behind the end");
        }
    }

    private static void expect(Class<? extends DatabaseException> kind, Runnable action) {
        try {
            action.run();
        } catch (DatabaseException e) {
            if (kind.isInstance(e)) {
                return;
            }
            throw e;
        }
        throw new AssertionError(kind.getSimpleName() + " expected");
    }

    /** Fails if the database does not hold the model, or its check finds something. */
    public static void verify(Database database, ModelBucket expected) {
        try (ReadTransaction transaction = database.beginRead()) {
            requireEqual(expected, transaction.root());
            List<String> findings = new ArrayList<>();
            transaction.check(CheckOptions.wholeFile(), finding -> findings.add(finding.text()));
            if (!findings.isEmpty()) {
                throw new AssertionError("check: " + findings);
            }
        }
    }

    private static void requireEqual(ModelBucket expected, Bucket bucket) {
        String difference = expected.differenceTo(bucket);
        if (difference != null) {
            throw new AssertionError(difference);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    @Override
    public void close() {
        for (Reader reader : readers) {
            reader.transaction.close();
        }
        readers.clear();
        becomingDurable = committed;
        database.close();
    }
}
