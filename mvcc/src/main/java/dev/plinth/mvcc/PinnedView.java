package dev.plinth.mvcc;

import dev.plinth.mvcc.quota.LiveKeys;
import dev.plinth.mvcc.reclaim.Epochs;
import java.util.concurrent.atomic.AtomicInteger;

/** A view that holds an epoch. */
final class PinnedView implements ReadView {
    private static final int CLOSED = -1;

    private final Epochs epochs;
    private final AtomicInteger ticket;
    private final RangeReader reader;
    private final int root;
    private final long revision;
    private final long compactRevision;

    PinnedView(
            Epochs epochs,
            int ticket,
            RangeReader reader,
            int root,
            long revision,
            long compactRevision) {
        this.epochs = epochs;
        this.ticket = new AtomicInteger(ticket);
        this.reader = reader;
        this.root = root;
        this.revision = revision;
        this.compactRevision = compactRevision;
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public long compactRevision() {
        return compactRevision;
    }

    @Override
    public RangeResult range(RangeQuery query) {
        requireOpen();
        return reader.range(query, root, revision, compactRevision);
    }

    @Override
    public RangeResult piece(RangeQuery query) {
        requireOpen();
        return reader.piece(query, root, revision, compactRevision);
    }

    @Override
    public LiveKeys liveKeys() {
        requireOpen();
        return reader.liveKeys(root, revision);
    }

    private void requireOpen() {
        if (ticket.get() == CLOSED) {
            throw new IllegalStateException("the view is closed");
        }
    }

    @Override
    public void close() {
        int held = ticket.getAndSet(CLOSED);
        if (held != CLOSED) {
            epochs.unpin(held);
        }
    }
}
