package dev.plinth.server.storage;

import dev.plinth.mvcc.backend.Backend;
import java.util.function.Supplier;

/** The member's database, which a snapshot of the leader replaces while the member runs. */
public final class BackendSlot implements Supplier<Backend>, AutoCloseable {
    private volatile Backend backend;

    public BackendSlot(Backend backend) {
        this.backend = backend;
    }

    @Override
    public Backend get() {
        return backend;
    }

    /** Puts another database in; the caller closes the one before. */
    public void set(Backend newBackend) {
        backend = newBackend;
    }

    @Override
    public void close() {
        backend.close();
    }
}
