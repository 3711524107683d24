package dev.plinth.server.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.plinth.api.etcdserverpb.AlarmMember;
import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmResponse;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.LeaseCheckpointRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.membershippb.ClusterMemberAttrSetRequest;
import dev.plinth.api.membershippb.ClusterVersionSetRequest;
import dev.plinth.api.membershippb.DowngradeInfoSetRequest;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.WriteView;
import dev.plinth.mvcc.lease.LeaseCheckpoint;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.auth.AuthApplier;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.auth.RequestRights;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.quota.BackendQuota;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Applies the data of committed normal entries, in order, and completes the local requests that
 * wait for them.
 *
 * <p>Called by the apply loop alone, between the backend's {@code beginEntry} and {@code endEntry}.
 * The outcome depends on the state and the entry; what is local (the clock for expiry times, the
 * size for the quota's answer) never enters the state. Order of checks: corrupt alarm, space alarm,
 * quota, then the request itself. A write that finds the quota exceeded here, having passed it when
 * it was proposed, is carried out and answered with "no space".
 *
 * <p>Cost of a put: one scan of the entry, one message that shares its bytes, a copy of key and of
 * value.
 */
public final class Applier {
    private final KeyValueStore store;
    private final Lessor lessor;
    private final AlarmStore alarms;
    private final BackendQuota quota;
    private final ClusterState cluster;
    private final Waiters waiters;
    private final Runnable raiseNoSpace;
    private final LongSupplier nanoClock;
    private final TxnExecutor executor;
    private final AuthStore auth;
    private final AuthApplier authApplier;
    private final RequestRights rights;
    private final LongSupplier consistentIndex;
    private final ApplyRecorder recorder;
    private final EntryReader entry = new EntryReader();

    /**
     * Wires the applier.
     *
     * @param raiseNoSpace proposes, without waiting, the alarm that this member is out of space
     * @param nanoClock monotonic time, for the expiry of leases on this member
     * @param consistentIndex index of the entry before the one being applied
     * @param recorder told what was applied
     */
    public Applier(
            KeyValueStore store,
            Lessor lessor,
            AlarmStore alarms,
            AuthApplier authApplier,
            BackendQuota quota,
            ClusterState cluster,
            Waiters waiters,
            Runnable raiseNoSpace,
            LongSupplier nanoClock,
            LongSupplier consistentIndex,
            ApplyRecorder recorder) {
        this.store = store;
        this.lessor = lessor;
        this.alarms = alarms;
        this.quota = quota;
        this.cluster = cluster;
        this.waiters = waiters;
        this.raiseNoSpace = raiseNoSpace;
        this.nanoClock = nanoClock;
        this.executor = new TxnExecutor(lessor, new NamespaceCheck(store.quotas()));
        this.auth = authApplier.store();
        this.authApplier = authApplier;
        this.rights = new RequestRights(auth, lessor);
        this.consistentIndex = consistentIndex;
        this.recorder = recorder;
    }

    /**
     * Applies one entry and completes its waiter.
     *
     * @param data array that holds the entry's bytes, an {@code InternalRaftRequest} or one of the
     *     two V2 requests that old members write
     * @param offset where they start
     * @param length how many they are
     * @param newer false when the database already holds the effects of this entry (index not above
     *     the consistent index): only the cluster's attributes in memory follow it
     * @throws IllegalStateException for an entry that no version could have written; the member
     *     must halt
     */
    public void apply(byte[] data, int offset, int length, boolean newer) {
        try {
            entry.read(data, offset, length);
        } catch (InvalidProtocolBufferException notInternal) {
            applyV2(V2Request.parse(data, offset, length), newer);
            return;
        }
        if (entry.field() == EntryReader.V2_FIELD) {
            applyV2(V2Request.parse(entry.body()), newer);
            return;
        }
        if (entry.requestId() == 0) {
            throw new IllegalStateException("log entry without a request id");
        }
        try {
            applyRequest(newer);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "log entry of kind " + entry.field() + " cannot be decoded", e);
        }
    }

    private void applyRequest(boolean newer) throws InvalidProtocolBufferException {
        long id = entry.requestId();
        if (applyToCluster(newer)) {
            waiters.complete(id, done(ResponseBody.EMPTY));
            return;
        }
        if (!newer) {
            return;
        }
        long startNanos = recorder.now();
        ApplyResult result;
        try {
            result = execute();
        } catch (RefusedException refused) {
            result = new ApplyResult.Refused(refused);
        } catch (MvccException refused) {
            result = new ApplyResult.Refused(MvccRefusals.refusal(refused));
        }
        if (isRefused(result, EtcdError.NAMESPACE_QUOTA_EXCEEDED)) {
            store.quotas().refused();
        }
        if (isRefused(result, EtcdError.NO_SPACE) && !alarms.isActive(AlarmType.NOSPACE)) {
            raiseNoSpace.run();
        }
        waiters.complete(id, result);
        recorder.applied(entry, result, startNanos);
    }

    private static boolean isRefused(ApplyResult result, EtcdError error) {
        return result instanceof ApplyResult.Refused(RefusedException reason)
                && reason.error() == error;
    }

    private boolean applyToCluster(boolean persist) throws InvalidProtocolBufferException {
        switch (entry.field()) {
            case InternalRaftRequest.CLUSTER_VERSION_SET_FIELD_NUMBER ->
                    cluster.setClusterVersion(
                            entry.parse(ClusterVersionSetRequest.parser()).getVer(), persist);
            case InternalRaftRequest.CLUSTER_MEMBER_ATTR_SET_FIELD_NUMBER -> {
                var request = entry.parse(ClusterMemberAttrSetRequest.parser());
                cluster.setMemberAttributes(
                        request.getMemberID(),
                        request.getMemberAttributes().getName(),
                        request.getMemberAttributes().getClientUrlsList(),
                        persist);
            }
            case InternalRaftRequest.DOWNGRADE_INFO_SET_FIELD_NUMBER -> {
                var request = entry.parse(DowngradeInfoSetRequest.parser());
                cluster.setDowngrade(request.getEnabled(), request.getVer(), persist);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void applyV2(V2Request request, boolean newer) {
        switch (request) {
            case V2Request.MemberAttributes(
                            long id,
                            long memberId,
                            String name,
                            List<String> urls) -> {
                cluster.setMemberAttributes(memberId, name, urls, newer);
                waiters.complete(id, done(ResponseBody.EMPTY));
            }
            case V2Request.ClusterVersion(long id, String version) -> {
                cluster.setClusterVersion(version, newer);
                waiters.complete(id, done(ResponseBody.EMPTY));
            }
        }
    }

    private ApplyResult execute() throws RefusedException, InvalidProtocolBufferException {
        return switch (entry.field()) {
            case InternalRaftRequest.PUT_FIELD_NUMBER -> put(entry.parse(PutRequest.parser()));
            case InternalRaftRequest.TXN_FIELD_NUMBER -> txn(entry.parse(TxnRequest.parser()));
            case InternalRaftRequest.DELETE_RANGE_FIELD_NUMBER ->
                    delete(entry.parse(DeleteRangeRequest.parser()));
            case InternalRaftRequest.COMPACTION_FIELD_NUMBER ->
                    compact(entry.parse(CompactionRequest.parser()));
            case InternalRaftRequest.LEASE_GRANT_FIELD_NUMBER ->
                    grant(entry.parse(LeaseGrantRequest.parser()));
            case InternalRaftRequest.LEASE_REVOKE_FIELD_NUMBER ->
                    revoke(entry.parse(LeaseRevokeRequest.parser()));
            case InternalRaftRequest.LEASE_CHECKPOINT_FIELD_NUMBER ->
                    checkpoint(entry.parse(LeaseCheckpointRequest.parser()));
            case InternalRaftRequest.ALARM_FIELD_NUMBER ->
                    alarm(entry.parse(AlarmRequest.parser()));
            // A range has no effect; only very old members sent it through the log, and nobody
            // waits for one here.
            case InternalRaftRequest.RANGE_FIELD_NUMBER,
                    InternalRaftRequest.DOWNGRADE_VERSION_TEST_FIELD_NUMBER ->
                    done(ResponseBody.EMPTY);
            default -> administer();
        };
    }

    private ApplyResult administer() throws RefusedException, InvalidProtocolBufferException {
        int field = entry.field();
        if (!AuthApplier.handles(field)) {
            throw new IllegalStateException("log entry of unknown kind " + field);
        }
        MessageLite response =
                authApplier.apply(field, entry.body(), caller(), consistentIndex.getAsLong());
        return done(ResponseBody.of(response));
    }

    private Caller caller() {
        return auth.isEnabled()
                ? new Caller(entry.username(), entry.authRevision())
                : Caller.NOBODY;
    }

    private ApplyResult put(PutRequest request) throws RefusedException {
        checkNotCorrupt();
        checkSpaceAlarm();
        rights.check(request, caller());
        boolean admitted = quota.admits(BackendQuota.charge(request));
        try (WriteView view = store.write()) {
            ApplyResult done = executor.put(request, view);
            recorder.put(request);
            return unlessFull(done, admitted);
        }
    }

    private ApplyResult txn(TxnRequest request) throws RefusedException {
        checkNotCorrupt();
        long charge = BackendQuota.charge(request);
        if (charge > 0) {
            checkSpaceAlarm();
        }
        rights.check(request, caller());
        boolean admitted = quota.admits(charge);
        boolean withRanges = waiters.isWaiting(entry.requestId());
        try (WriteView view = store.write()) {
            ApplyResult done = executor.write(request, view, withRanges);
            recorder.txn(request, done);
            return unlessFull(done, admitted);
        }
    }

    private ApplyResult delete(DeleteRangeRequest request) throws RefusedException {
        checkNotCorrupt();
        rights.check(request, caller());
        recorder.delete();
        try (WriteView view = store.write()) {
            return executor.delete(request, view);
        }
    }

    private ApplyResult compact(CompactionRequest request) throws RefusedException {
        checkNotCorrupt();
        CompletionStage<Void> physical = store.compact(request.getRevision());
        return new ApplyResult.Compacted(store.currentRevision(), physical);
    }

    private ApplyResult grant(LeaseGrantRequest request) throws RefusedException {
        checkNotCorrupt();
        checkSpaceAlarm();
        boolean admitted = quota.admits(BackendQuota.LEASE_CHARGE_BYTES);
        long ttlSeconds = lessor.grant(request.getID(), request.getTTL(), nanoClock.getAsLong());
        recorder.granted(ttlSeconds);
        LeaseGrantResponse response =
                LeaseGrantResponse.newBuilder().setID(request.getID()).setTTL(ttlSeconds).build();
        return unlessFull(done(ResponseBody.of(response)), admitted);
    }

    private ApplyResult revoke(LeaseRevokeRequest request) throws RefusedException {
        checkNotCorrupt();
        rights.checkLease(request.getID(), caller());
        lessor.revoke(request.getID(), store);
        recorder.revoked();
        return done(ResponseBody.EMPTY);
    }

    private ApplyResult checkpoint(LeaseCheckpointRequest request) {
        List<LeaseCheckpoint> checkpoints =
                request.getCheckpointsList().stream()
                        .map(point -> new LeaseCheckpoint(point.getID(), point.getRemainingTTL()))
                        .toList();
        lessor.checkpoint(checkpoints, nanoClock.getAsLong());
        return done(ResponseBody.EMPTY);
    }

    private ApplyResult alarm(AlarmRequest request) {
        AlarmType type = request.getAlarm();
        AlarmResponse.Builder response = AlarmResponse.newBuilder();
        switch (request.getAction()) {
            case GET -> response.addAllAlarms(alarms.active(type));
            case ACTIVATE -> {
                if (type != AlarmType.NONE) {
                    recorder.alarm(request.getMemberID(), type, true);
                    response.addAlarms(alarms.activate(request.getMemberID(), type));
                }
            }
            case DEACTIVATE -> {
                AlarmMember removed = alarms.deactivate(request.getMemberID(), type);
                if (removed != null) {
                    recorder.alarm(request.getMemberID(), type, false);
                    response.addAlarms(removed);
                }
            }
            case UNRECOGNIZED -> {}
        }
        return done(ResponseBody.of(response.build()));
    }

    private ApplyResult done(ResponseBody body) {
        return new ApplyResult.Done(store.currentRevision(), body);
    }

    private static ApplyResult unlessFull(ApplyResult result, boolean admitted) {
        return admitted ? result : new ApplyResult.Refused(RefusedException.of(EtcdError.NO_SPACE));
    }

    private void checkNotCorrupt() throws RefusedException {
        if (alarms.isActive(AlarmType.CORRUPT)) {
            throw RefusedException.of(EtcdError.CORRUPT_CLUSTER);
        }
    }

    private void checkSpaceAlarm() throws RefusedException {
        if (alarms.isActive(AlarmType.NOSPACE)) {
            throw RefusedException.of(EtcdError.NO_SPACE);
        }
    }
}
