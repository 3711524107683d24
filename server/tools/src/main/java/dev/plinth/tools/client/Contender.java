package dev.plinth.tools.client;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.tools.text.KeyRanges;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A place in a queue of keys under one prefix: who has the key that was created first owns the lock
 * or leads. The key lives as long as the lease does. One thread; {@link #leave} from any.
 */
public final class Contender {
    private final EtcdClient client;
    private final ByteString prefix;
    private final ByteString key;
    private final long createRevision;
    private long headerRevision;

    private Contender(
            EtcdClient client,
            ByteString prefix,
            ByteString key,
            long createRevision,
            long headerRevision) {
        this.client = client;
        this.prefix = prefix;
        this.key = key;
        this.createRevision = createRevision;
        this.headerRevision = headerRevision;
    }

    /**
     * Takes a place at the end of the queue, or the place that the lease has already.
     *
     * @param name the prefix, without the slash that follows it
     */
    public static Contender enter(EtcdClient client, ByteString name, long lease, ByteString value)
            throws CallFailure {
        ByteString prefix = name.concat(ByteString.copyFromUtf8("/"));
        ByteString key = prefix.concat(ByteString.copyFromUtf8(Long.toHexString(lease)));
        RangeRequest own = RangeRequest.newBuilder().setKey(key).build();
        TxnRequest txn =
                TxnRequest.newBuilder()
                        .addCompare(
                                Compare.newBuilder()
                                        .setTarget(Compare.CompareTarget.CREATE)
                                        .setKey(key)
                                        .setCreateRevision(0))
                        .addSuccess(
                                RequestOp.newBuilder()
                                        .setRequestPut(
                                                PutRequest.newBuilder()
                                                        .setKey(key)
                                                        .setValue(value)
                                                        .setLease(lease)))
                        .addFailure(RequestOp.newBuilder().setRequestRange(own))
                        .build();
        TxnResponse answer = client.call(KVGrpc.getTxnMethod(), txn, null);
        long revision = answer.getHeader().getRevision();
        long created =
                answer.getSucceeded()
                        ? revision
                        : answer.getResponses(0).getResponseRange().getKvs(0).getCreateRevision();
        return new Contender(client, prefix, key, created, revision);
    }

    /** The key that stands for the place. */
    public ByteString key() {
        return key;
    }

    /** Revision of the answer that made the place the first one. */
    public long headerRevision() {
        return headerRevision;
    }

    /** Waits until all who came before have left. */
    public void awaitTurn() throws CallFailure, InterruptedException {
        while (true) {
            RangeRequest youngestBefore =
                    RangeRequest.newBuilder()
                            .setKey(prefix)
                            .setRangeEnd(KeyRanges.prefixEnd(prefix))
                            .setMaxCreateRevision(createRevision - 1)
                            .setSortTarget(RangeRequest.SortTarget.CREATE)
                            .setSortOrder(RangeRequest.SortOrder.DESCEND)
                            .setLimit(1)
                            .build();
            RangeResponse answer = client.call(KVGrpc.getRangeMethod(), youngestBefore, null);
            if (answer.getKvsCount() == 0) {
                headerRevision = Math.max(headerRevision, answer.getHeader().getRevision());
                return;
            }
            awaitDeletion(answer.getKvs(0), answer.getHeader().getRevision());
        }
    }

    private void awaitDeletion(KeyValue other, long revision)
            throws CallFailure, InterruptedException {
        BlockingQueue<WatchUpdate> updates = new LinkedBlockingQueue<>();
        WatchCreateRequest request =
                WatchCreateRequest.newBuilder()
                        .setKey(other.getKey())
                        .setStartRevision(revision)
                        .build();
        try (Watch _ = Watch.start(client, request, false, updates::add)) {
            while (true) {
                switch (updates.take()) {
                    case WatchUpdate.Received received -> {
                        for (Event event : received.response().getEventsList()) {
                            if (event.getType() == Event.EventType.DELETE) {
                                return;
                            }
                        }
                    }
                    case WatchUpdate.Ended ended -> throw CallFailure.local(ended.reason());
                }
            }
        }
    }

    /** The place as it is stored. */
    public RangeResponse read() throws CallFailure {
        return client.call(
                KVGrpc.getRangeMethod(), RangeRequest.newBuilder().setKey(key).build(), null);
    }

    /** Gives the place up. */
    public void leave() throws CallFailure {
        client.call(
                KVGrpc.getDeleteRangeMethod(),
                DeleteRangeRequest.newBuilder().setKey(key).build(),
                null);
    }
}
