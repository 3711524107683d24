package dev.plinth.tools.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.EtcdClient;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A body of reads and writes that takes effect as a whole or not at all, repeated until it does:
 * reads are remembered, writes kept back, and the commit is guarded by what was read. Source:
 * tools.md 7.7. One thread.
 */
final class SoftwareTransaction {
    /** What others may be seen to have changed meanwhile. */
    enum Isolation {
        /** Reads see what is committed, and guard nothing. */
        READ_COMMITTED,
        /** Keys that were read have not changed until the commit. */
        REPEATABLE_READS,
        /** Besides, all reads are of one revision. */
        SERIALIZABLE,
        /** Besides, keys that are written have not changed since that revision. */
        SERIALIZABLE_SNAPSHOT;

        boolean isOfOneRevision() {
            return this == SERIALIZABLE || this == SERIALIZABLE_SNAPSHOT;
        }
    }

    /** Reads and writes. */
    @FunctionalInterface
    interface Body {
        void run(SoftwareTransaction transaction) throws CallFailure;
    }

    /** A key as it was read; modRevision 0 for one that is not there. */
    private record Seen(ByteString value, long modRevision) {}

    private final EtcdClient client;
    private final Isolation isolation;
    private final Map<ByteString, Seen> reads = new LinkedHashMap<>();
    private final Map<ByteString, ByteString> writes = new LinkedHashMap<>();
    private final Map<ByteString, Seen> fetched = new LinkedHashMap<>();
    private long revision;

    private SoftwareTransaction(EtcdClient client, Isolation isolation) {
        this.client = client;
        this.isolation = isolation;
    }

    /** Runs the body until it could be committed. */
    static void commit(EtcdClient client, Isolation isolation, Body body) throws CallFailure {
        SoftwareTransaction transaction = new SoftwareTransaction(client, isolation);
        do {
            transaction.reads.clear();
            transaction.writes.clear();
            body.run(transaction);
        } while (!transaction.isCommitted());
    }

    /**
     * Value of a key, empty if it is not there; what this transaction has written itself counts.
     */
    ByteString get(ByteString key) throws CallFailure {
        ByteString written = writes.get(key);
        return written != null ? written : seen(key).value();
    }

    private Seen seen(ByteString key) throws CallFailure {
        Seen known = isolation == Isolation.READ_COMMITTED ? null : reads.get(key);
        if (known == null) {
            Seen fresh = fetched.remove(key);
            known = fresh == null ? fetch(key) : fresh;
            reads.put(key, known);
        }
        return known;
    }

    private Seen fetch(ByteString key) throws CallFailure {
        boolean isFirst = isolation.isOfOneRevision() && revision == 0;
        RangeRequest request =
                RangeRequest.newBuilder()
                        .setKey(key)
                        .setSerializable(!isFirst)
                        .setRevision(isolation.isOfOneRevision() ? revision : 0)
                        .build();
        RangeResponse answer = client.call(KVGrpc.getRangeMethod(), request, null);
        if (isFirst) {
            revision = answer.getHeader().getRevision();
        }
        return seen(answer);
    }

    private static Seen seen(RangeResponse answer) {
        return answer.getKvsCount() == 0
                ? new Seen(ByteString.EMPTY, 0)
                : new Seen(answer.getKvs(0).getValue(), answer.getKvs(0).getModRevision());
    }

    /** Keeps a value for the commit. */
    void put(ByteString key, ByteString value) {
        writes.put(key, value);
    }

    private boolean isCommitted() throws CallFailure {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        if (isolation != Isolation.READ_COMMITTED) {
            reads.forEach((key, seen) ->
                    txn.addCompare(modified(key, Compare.CompareResult.EQUAL, seen.modRevision())));
        }
        writes.forEach((key, value) -> {
            if (isolation == Isolation.SERIALIZABLE_SNAPSHOT && revision > 0) {
                txn.addCompare(modified(key, Compare.CompareResult.LESS, revision + 1));
            }
            txn.addSuccess(
                    RequestOp.newBuilder()
                            .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value)));
        });
        if (isolation.isOfOneRevision()) {
            reads.keySet()
                    .forEach(key ->
                            txn.addFailure(
                                    RequestOp.newBuilder()
                                            .setRequestRange(
                                                    RangeRequest.newBuilder().setKey(key))));
        }
        TxnResponse answer = client.call(KVGrpc.getTxnMethod(), txn.build(), null);
        if (!answer.getSucceeded()) {
            prepareNext(answer);
        }
        return answer.getSucceeded();
    }

    /** The refused commit has read anew what this run had read: the next one begins with that. */
    private void prepareNext(TxnResponse answer) {
        fetched.clear();
        revision = 0;
        if (isolation.isOfOneRevision()) {
            int at = 0;
            for (ByteString key : reads.keySet()) {
                fetched.put(key, seen(answer.getResponses(at++).getResponseRange()));
            }
            revision = fetched.isEmpty() ? 0 : answer.getHeader().getRevision();
        }
    }

    private static Compare modified(ByteString key, Compare.CompareResult result, long limit) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.MOD)
                .setResult(result)
                .setModRevision(limit)
                .build();
    }
}
