package dev.plinth.mvcc;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.lease.LessorOptions;
import dev.plinth.pagestore.Database;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Backend, lessor and store on one file, with the test as the only thread. */
public final class TestMember implements AutoCloseable {
    private final Backend backend;
    private final Lessor lessor;
    private final KeyValueStore store;
    private long index;
    private boolean closed;

    public TestMember(Path file) {
        this(new LinuxDisk(), file, StoreOptions.DEFAULT, LessorOptions.DEFAULT);
    }

    public TestMember(Disk disk, Path file, StoreOptions options, LessorOptions lessorOptions) {
        Database database =
                Database.open(
                        disk,
                        file,
                        Backend.databaseOptions()
                                .withInitialMapBytes(64 << 20)
                                .withPopulate(false));
        backend = Backend.open(database, BackendOptions.DEFAULT);
        lessor = Lessor.recover(backend, lessorOptions);
        store = KeyValueStore.open(backend, lessor, options);
        index = backend.consistentIndex();
    }

    public Backend backend() {
        return backend;
    }

    public Lessor lessor() {
        return lessor;
    }

    public KeyValueStore store() {
        return store;
    }

    /** Applies something as the next raft entry. */
    public <T> T apply(Function<KeyValueStore, T> entry) {
        backend.beginEntry(++index, 1);
        try {
            return entry.apply(store);
        } finally {
            backend.endEntry();
        }
    }

    /** One put as an entry of its own. */
    public long put(byte[] key, byte[] value, long lease) {
        return apply(s -> {
            try (WriteView txn = s.write()) {
                return txn.put(key, value, lease);
            }
        });
    }

    /** Does all background work of compactions. */
    public void finishCompactions() {
        long now = 0;
        while (store.compactor().doWork(now) > 0) {
            now += StoreOptions.DEFAULT.compactionPauseNanos();
        }
    }

    /** A compaction, physically done on return. */
    public void compact(long revision) {
        CompletionStage<Void> done = apply(s -> s.compact(revision));
        finishCompactions();
        done.toCompletableFuture().join();
    }

    /** Closes store and backend; twice is once. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            store.close();
            backend.close();
        }
    }
}
