package dev.plinth.server.concurrency;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeResponse;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeRequest.SortOrder;
import dev.plinth.api.etcdserverpb.RangeRequest.SortTarget;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.StatusException;

/**
 * The keys under one name, {@code name/lease} in hexadecimal each, as one caller sees and changes
 * them. The order of their creation is the order in which their owners get their turn.
 *
 * <p>Each contender that waits watches the one in front of it, not the first: a departure wakes
 * one.
 */
final class Contenders {
    private static final long SESSION_SECONDS = 60;

    private final Channel channel;
    private final KVGrpc.KVBlockingV2Stub kv;
    private final ByteString prefix;

    /** The contenders of a name, through a channel that carries the caller's credentials. */
    Contenders(Channel channel, ByteString name) {
        this.channel = channel;
        this.kv = KVGrpc.newBlockingV2Stub(channel);
        this.prefix = name.concat(ByteString.copyFrom("/", US_ASCII));
    }

    /** The key of a contender; a negative lease is written with a sign, as the reference does. */
    ByteString key(long lease) {
        String hex = lease < 0 ? "-" + Long.toHexString(-lease) : Long.toHexString(lease);
        return prefix.concat(ByteString.copyFrom(hex, US_ASCII));
    }

    /**
     * The lease that a contender's key hangs on: the one given, or a new one of 60 s for 0, which
     * nobody renews unless the client does.
     */
    static long session(Channel channel, long lease) throws StatusException {
        if (lease != 0) {
            return lease;
        }
        return LeaseGrpc.newBlockingV2Stub(channel)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(SESSION_SECONDS).build())
                .getID();
    }

    TxnResponse txn(TxnRequest request) throws StatusException {
        return kv.txn(request);
    }

    /**
     * Puts a contender into the line, and is not cut short by a caller who goes away meanwhile: a
     * key of which nobody knows whether it is there could not be withdrawn.
     */
    TxnResponse enter(TxnRequest request) throws StatusException {
        Context caller = Context.ROOT.attach();
        try {
            return kv.txn(request);
        } finally {
            Context.ROOT.detach(caller);
        }
    }

    /** True when the key was created at this revision, which 0 means that it does not exist. */
    static Compare created(ByteString key, long revision) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision)
                .build();
    }

    static RequestOp put(ByteString key, ByteString value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
                .build();
    }

    static RequestOp get(ByteString key) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(key))
                .build();
    }

    /** Asks for the contender that was created first. */
    RangeRequest oldest() {
        return all().setSortOrder(SortOrder.ASCEND).build();
    }

    private RangeRequest.Builder all() {
        return RangeRequest.newBuilder()
                .setKey(prefix)
                .setRangeEnd(end())
                .setLimit(1)
                .setSortTarget(SortTarget.CREATE);
    }

    /** End of the interval of all keys with the prefix, whose last byte is a slash. */
    private ByteString end() {
        return prefix.substring(0, prefix.size() - 1)
                .concat(ByteString.copyFrom(new byte[] {'/' + 1}));
    }

    RangeResponse range(RangeRequest request) throws StatusException {
        return kv.range(request);
    }

    static RequestOp deletion(ByteString key) {
        return RequestOp.newBuilder().setRequestDeleteRange(deleteRequest(key)).build();
    }

    private static DeleteRangeRequest deleteRequest(ByteString key) {
        return DeleteRangeRequest.newBuilder().setKey(key).build();
    }

    DeleteRangeResponse delete(ByteString key) throws StatusException {
        return kv.deleteRange(deleteRequest(key));
    }

    /** Waits until no contender is left that was created before the revision. */
    void awaitTurn(long createRevision) throws StatusException, InterruptedException {
        RangeRequest newestBefore =
                all().setSortOrder(SortOrder.DESCEND)
                        .setMaxCreateRevision(createRevision - 1)
                        .build();
        while (true) {
            RangeResponse before = kv.range(newestBefore);
            if (before.getKvsCount() == 0) {
                return;
            }
            awaitDeletion(before.getKvs(0).getKey(), before.getHeader().getRevision());
        }
    }

    private void awaitDeletion(ByteString key, long revision)
            throws StatusException, InterruptedException {
        try (KeyWatch watch = watch(key, revision)) {
            while (true) {
                for (Event event : watch.next().getEventsList()) {
                    if (event.getType() == Event.EventType.DELETE) {
                        return;
                    }
                }
            }
        }
    }

    /** Watches one key. */
    KeyWatch watch(ByteString key, long startRevision)
            throws StatusException, InterruptedException {
        return new KeyWatch(channel, key, ByteString.EMPTY, startRevision);
    }

    /** Waits for the first put of any contender at or behind a revision; its response. */
    WatchResponse awaitFirstPut(long startRevision) throws StatusException, InterruptedException {
        try (KeyWatch watch = new KeyWatch(channel, prefix, end(), startRevision)) {
            while (true) {
                WatchResponse response = watch.next();
                for (Event event : response.getEventsList()) {
                    if (event.getType() == Event.EventType.PUT) {
                        return response.toBuilder().clearEvents().addEvents(event).build();
                    }
                }
            }
        }
    }
}
