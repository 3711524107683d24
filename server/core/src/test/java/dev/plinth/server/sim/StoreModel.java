package dev.plinth.server.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeResponse;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseRevokeResponse;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.ResponseOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.server.core.EtcdError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the key-value store of etcd does, in the plainest way: maps in memory, every version kept.
 * Knows what the simulation's clients ask, no more.
 */
final class StoreModel {
    /** A key as of a revision; no pair where it was deleted. */
    record Version(long revision, @Nullable KeyValue pair) {}

    /** A change as watchers see it. */
    record Event(
            long revision, ByteString key, @Nullable KeyValue pair, @Nullable KeyValue previous) {}

    /** What a request leads to: an answer or a refusal. */
    record Outcome(long revision, @Nullable Message answer, @Nullable EtcdError refusal) {}

    private final long minTtlSeconds;
    private final TreeMap<ByteString, List<Version>> history =
            new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final List<Event> events = new ArrayList<>();
    private final Map<Long, Long> leases = new HashMap<>();
    private long revision = 1;
    private long compacted = -1;
    private boolean hasChanged;

    /**
     * @param minTtlSeconds shortest lifetime of a lease
     */
    StoreModel(long minTtlSeconds) {
        this.minTtlSeconds = minTtlSeconds;
    }

    long revision() {
        return revision;
    }

    long compacted() {
        return compacted;
    }

    Map<Long, Long> leases() {
        return leases;
    }

    /** All changes so far, in order. */
    List<Event> events() {
        return events;
    }

    /** Carries out a request of the log. */
    Outcome apply(InternalRaftRequest request) {
        hasChanged = false;
        Outcome outcome;
        try {
            outcome = new Outcome(0, execute(request), null);
        } catch (Refusal e) {
            outcome = new Outcome(0, null, e.error);
        }
        if (hasChanged) {
            revision++;
        }
        return new Outcome(revision, outcome.answer(), outcome.refusal());
    }

    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;
        private final EtcdError error;

        Refusal(EtcdError error) {
            super(error.name(), null, false, false);
            this.error = error;
        }
    }

    private Message execute(InternalRaftRequest request) throws Refusal {
        if (request.hasPut()) {
            requireLease(request.getPut());
            return put(request.getPut()).build();
        }
        if (request.hasDeleteRange()) {
            return delete(request.getDeleteRange()).build();
        }
        if (request.hasTxn()) {
            return txn(request.getTxn());
        }
        if (request.hasCompaction()) {
            return compact(request.getCompaction());
        }
        if (request.hasLeaseGrant()) {
            return grant(request.getLeaseGrant());
        }
        if (request.hasLeaseRevoke()) {
            return revoke(request.getLeaseRevoke().getID());
        }
        throw new Violation("log", "unexpected request " + Operation.oneLine(request));
    }

    /** The revision of what a request changes. */
    private long changing() {
        return revision + 1;
    }

    private long seen() {
        return hasChanged ? revision + 1 : revision;
    }

    private @Nullable KeyValue live(ByteString key) {
        return at(history.get(key), Long.MAX_VALUE);
    }

    private static @Nullable KeyValue at(@Nullable List<Version> versions, long atRevision) {
        if (versions == null) {
            return null;
        }
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (versions.get(i).revision() <= atRevision) {
                return versions.get(i).pair();
            }
        }
        return null;
    }

    private void change(ByteString key, @Nullable KeyValue pair, @Nullable KeyValue previous) {
        hasChanged = true;
        history.computeIfAbsent(key, _ -> new ArrayList<>()).add(new Version(changing(), pair));
        events.add(new Event(changing(), key, pair, previous));
    }

    private void requireLease(PutRequest request) throws Refusal {
        if (request.getLease() != 0 && !leases.containsKey(request.getLease())) {
            throw new Refusal(EtcdError.LEASE_NOT_FOUND);
        }
    }

    private PutResponse.Builder put(PutRequest request) {
        KeyValue previous = live(request.getKey());
        KeyValue pair =
                KeyValue.newBuilder()
                        .setKey(request.getKey())
                        .setValue(request.getValue())
                        .setLease(request.getLease())
                        .setModRevision(changing())
                        .setCreateRevision(
                                previous == null ? changing() : previous.getCreateRevision())
                        .setVersion(previous == null ? 1 : previous.getVersion() + 1)
                        .build();
        change(request.getKey(), pair, previous);
        PutResponse.Builder response = PutResponse.newBuilder();
        if (request.getPrevKv() && previous != null) {
            response.setPrevKv(previous);
        }
        return response;
    }

    private DeleteRangeResponse.Builder delete(DeleteRangeRequest request) {
        DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder();
        for (KeyValue pair : pairs(request.getKey(), request.getRangeEnd(), Long.MAX_VALUE)) {
            change(pair.getKey(), null, pair);
            response.setDeleted(response.getDeleted() + 1);
            if (request.getPrevKv()) {
                response.addPrevKvs(pair);
            }
        }
        return response;
    }

    private List<KeyValue> pairs(ByteString key, ByteString end, long atRevision) {
        NavigableMap<ByteString, List<Version>> part;
        if (end.isEmpty()) {
            part = history.subMap(key, true, key, true);
        } else if (end.size() == 1 && end.byteAt(0) == 0) {
            part = history.tailMap(key, true);
        } else if (history.comparator().compare(key, end) >= 0) {
            return List.of();
        } else {
            part = history.subMap(key, true, end, false);
        }
        List<KeyValue> found = new ArrayList<>();
        for (List<Version> versions : part.values()) {
            KeyValue pair = at(versions, atRevision);
            if (pair != null) {
                found.add(pair);
            }
        }
        return found;
    }

    /** The answer to a read of the state at a revision, or at the one that it names. */
    RangeResponse range(RangeRequest request, long atRevision) {
        long wanted = request.getRevision() > 0 ? request.getRevision() : atRevision;
        List<KeyValue> found = pairs(request.getKey(), request.getRangeEnd(), wanted);
        RangeResponse.Builder response = RangeResponse.newBuilder().setCount(found.size());
        if (request.getCountOnly()) {
            return response.build();
        }
        for (KeyValue pair : found) {
            if (request.getLimit() > 0 && response.getKvsCount() == request.getLimit()) {
                return response.setMore(true).build();
            }
            response.addKvs(request.getKeysOnly() ? keyOnly(pair) : pair);
        }
        return response.build();
    }

    /** As from etcd 3.7 on: what the index knows, which is neither value nor lease. */
    private static KeyValue keyOnly(KeyValue pair) {
        return pair.toBuilder().clearValue().clearLease().build();
    }

    private TxnResponse txn(TxnRequest request) throws Refusal {
        boolean succeeded = true;
        for (Compare compare : request.getCompareList()) {
            succeeded &= holds(compare);
        }
        List<RequestOp> branch = succeeded ? request.getSuccessList() : request.getFailureList();
        for (RequestOp op : branch) {
            if (op.hasRequestPut()) {
                requireLease(op.getRequestPut());
            }
        }
        for (RequestOp op : branch) {
            if (op.hasRequestRange()) {
                requireReadable(op.getRequestRange().getRevision());
            }
        }
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeded);
        for (RequestOp op : branch) {
            response.addResponses(answer(op));
        }
        return response.build();
    }

    private void requireReadable(long wanted) throws Refusal {
        if (wanted > revision) {
            throw new Refusal(EtcdError.FUTURE_REVISION);
        }
        if (wanted != 0 && wanted < compacted) {
            throw new Refusal(EtcdError.COMPACTED);
        }
    }

    private ResponseOp answer(RequestOp op) {
        ResponseOp.Builder answer = ResponseOp.newBuilder();
        switch (op.getRequestCase()) {
            case REQUEST_PUT -> {
                PutResponse.Builder put = put(op.getRequestPut());
                answer.setResponsePut(put.setHeader(header()));
            }
            case REQUEST_DELETE_RANGE -> {
                DeleteRangeResponse.Builder delete = delete(op.getRequestDeleteRange());
                answer.setResponseDeleteRange(delete.setHeader(header()));
            }
            case REQUEST_RANGE ->
                    answer.setResponseRange(
                            range(op.getRequestRange(), Long.MAX_VALUE).toBuilder()
                                    .setHeader(header()));
            default -> throw new Violation("log", "unexpected operation " + op);
        }
        return answer.build();
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder().setRevision(seen()).build();
    }

    private boolean holds(Compare compare) {
        KeyValue pair = live(compare.getKey());
        if (compare.getTarget() == Compare.CompareTarget.VALUE) {
            return pair != null
                    && holds(
                            compare,
                            ByteString.unsignedLexicographicalComparator()
                                    .compare(pair.getValue(), compare.getValue()));
        }
        KeyValue facts = pair == null ? KeyValue.getDefaultInstance() : pair;
        long difference =
                switch (compare.getTarget()) {
                    case VERSION -> facts.getVersion() - compare.getVersion();
                    case CREATE -> facts.getCreateRevision() - compare.getCreateRevision();
                    case MOD -> facts.getModRevision() - compare.getModRevision();
                    case LEASE -> facts.getLease() - compare.getLease();
                    default -> throw new Violation("log", "unexpected comparison " + compare);
                };
        return holds(compare, Long.signum(difference));
    }

    private static boolean holds(Compare compare, int order) {
        return switch (compare.getResult()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case UNRECOGNIZED -> false;
        };
    }

    private Message compact(CompactionRequest request) throws Refusal {
        if (request.getRevision() <= compacted) {
            throw new Refusal(EtcdError.COMPACTED);
        }
        if (request.getRevision() > revision) {
            throw new Refusal(EtcdError.FUTURE_REVISION);
        }
        compacted = request.getRevision();
        return LeaseRevokeResponse.getDefaultInstance();
    }

    private Message grant(LeaseGrantRequest request) throws Refusal {
        if (leases.containsKey(request.getID())) {
            throw new Refusal(EtcdError.LEASE_EXISTS);
        }
        long ttl = Math.max(minTtlSeconds, request.getTTL());
        leases.put(request.getID(), ttl);
        return LeaseGrantResponse.newBuilder().setID(request.getID()).setTTL(ttl).build();
    }

    private Message revoke(long id) throws Refusal {
        if (leases.remove(id) == null) {
            throw new Refusal(EtcdError.LEASE_NOT_FOUND);
        }
        for (Map.Entry<ByteString, List<Version>> key : history.entrySet()) {
            KeyValue pair = at(key.getValue(), Long.MAX_VALUE);
            if (pair != null && pair.getLease() == id) {
                change(key.getKey(), null, pair);
            }
        }
        return LeaseRevokeResponse.getDefaultInstance();
    }
}
