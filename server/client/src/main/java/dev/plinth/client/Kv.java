package dev.plinth.client;

import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Keys and values. Methods wait for the answer, which suits virtual threads; {@link #async} has the
 * same ones without waiting.
 *
 * <p>All throw an {@link EtcdException}: {@link EtcdException.OutcomeUnknown} if a write was sent
 * and not answered, {@link EtcdException.Cancelled} if the thread is interrupted meanwhile, others
 * as the server says.
 */
public final class Kv {
    private final AsyncKv async;

    Kv(AsyncKv async) {
        this.async = async;
    }

    /** The same without waiting. */
    public AsyncKv async() {
        return async;
    }

    /** The item of a key, if there is one. */
    public Optional<KeyValue> get(Bytes key) {
        return Await.result(async.get(key));
    }

    /**
     * Reads.
     *
     * @throws EtcdException.Compacted if the revision asked for is no longer there
     */
    public RangeResult range(Range range) {
        return Await.result(async.range(range));
    }

    /**
     * Reads many items, page by page, all as of one revision: that of the request, or the newest as
     * of the first page. Memory does not depend on their number. Reading may fail half-way, as when
     * the revision is compacted.
     *
     * <p>Servers from 3.7 on send what is behind the first page in one answer that goes no faster
     * than it is read: close what is not read to its end.
     *
     * @param range sorted by key, ascending, or not at all
     */
    public Stream<KeyValue> stream(Range range) {
        Paging pages = new Paging(async, range);
        return StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(
                                pages,
                                Spliterator.ORDERED
                                        | Spliterator.DISTINCT
                                        | Spliterator.NONNULL
                                        | Spliterator.IMMUTABLE),
                        false)
                .onClose(pages::close);
    }

    /** Writes a value. */
    public PutResult put(Bytes key, Bytes value) {
        return Await.result(async.put(key, value));
    }

    /** Writes. */
    public PutResult put(Put put) {
        return Await.result(async.put(put));
    }

    /** Deletes a key. */
    public DeleteResult delete(Bytes key) {
        return Await.result(async.delete(key));
    }

    /** Deletes. */
    public DeleteResult delete(Delete delete) {
        return Await.result(async.delete(delete));
    }

    /** Does several operations as one. */
    public TxnResult txn(Txn txn) {
        return Await.result(async.txn(txn));
    }

    /**
     * Removes history before a revision.
     *
     * @param physical whether to wait until it is removed from the database too
     */
    public Header compact(long revision, boolean physical) {
        return Await.result(async.compact(revision, physical));
    }
}
