package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.AlarmMember;
import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.DefragmentRequest;
import dev.plinth.api.etcdserverpb.DowngradeInfo;
import dev.plinth.api.etcdserverpb.DowngradeRequest;
import dev.plinth.api.etcdserverpb.DowngradeResponse;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.HashKVResponse;
import dev.plinth.api.etcdserverpb.HashRequest;
import dev.plinth.api.etcdserverpb.HashResponse;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.MoveLeaderRequest;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.api.etcdserverpb.StatusResponse;
import dev.plinth.mvcc.HashResult;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.server.apply.AlarmStore;
import dev.plinth.server.apply.MvccRefusals;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.core.ClusterCalls;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.maintenance.Downgrades;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.quota.BackendQuota;
import io.grpc.Context;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Operations on one member: status, alarms, hashes, defragmentation. Runs on virtual threads and
 * may wait.
 */
final class MaintenanceService {
    private static final String TRANSFER_TOOK_TOO_LONG =
            "etcdserver: request timed out, leader transfer took too long";

    private final LocalMember member;
    private final KeyValueStore store;
    private final Supplier<Backend> backend;
    private final AlarmStore alarms;
    private final BackendQuota quota;
    private final LogWriter log;
    private final Callers callers;
    private final AuthStore auth;
    private final ClusterCalls cluster;
    private final LongSupplier nanoClock;
    private final Histogram hashSeconds;
    private final Histogram hashRevSeconds;
    private final Histogram defragSeconds;
    private final Gauge defragsInFlight;
    private final Downgrades downgrades;

    MaintenanceService(ServiceContext context, LogWriter log, Callers callers) {
        this.nanoClock = context.nanoClock();
        Metrics metrics = context.metrics();
        this.hashSeconds =
                metrics.histogram(
                        "etcd_mvcc_hash_duration_seconds",
                        "The latency distribution of storage hash operation.",
                        Buckets.doubling(0.01, 15));
        this.hashRevSeconds =
                metrics.histogram(
                        "etcd_mvcc_hash_rev_duration_seconds",
                        "The latency distribution of storage hash by revision operation.",
                        Buckets.doubling(0.01, 15));
        this.defragSeconds =
                metrics.histogram(
                        "etcd_disk_backend_defrag_duration_seconds",
                        "The latency distribution of backend defragmentation.",
                        Buckets.doubling(0.1, 13));
        this.defragsInFlight =
                metrics.gauge(
                        "etcd_disk_defrag_inflight",
                        "Whether or not defrag is active on the member. 1 means active, 0 means"
                                + " not.");
        this.callers = callers;
        this.auth = context.auth();
        this.member = context.member();
        this.store = context.store();
        this.backend = context.backend();
        this.alarms = context.alarms();
        this.quota = context.quota();
        this.log = log;
        this.cluster = context.cluster();
        this.downgrades = context.downgrades();
    }

    /** An action that no version knows is refused here: in the log it would have no meaning. */
    void alarm(AlarmRequest request, UnaryCall call) {
        if (request.getAction() == AlarmRequest.AlarmAction.UNRECOGNIZED) {
            call.fail(
                    Status.INVALID_ARGUMENT.withDescription(
                            "etcdserver: unknown alarm action " + request.getActionValue()));
            return;
        }
        boolean isQuestion = request.getAction() == AlarmRequest.AlarmAction.GET;
        callers.identify(
                call,
                caller -> {
                    if (isQuestion) {
                        auth.checkUser(caller);
                    } else {
                        auth.checkAdmin(caller);
                    }
                    log.write(InternalRaftRequest.ALARM_FIELD_NUMBER, request, caller, call);
                });
    }

    @SuppressWarnings("UnusedVariable") // the request has no fields
    void status(StatusRequest request, UnaryCall call) {
        callers.identify(
                call,
                caller -> {
                    auth.checkUser(caller);
                    replyStatus(call);
                });
    }

    private void replyStatus(UnaryCall call) {
        Backend database = backend.get();
        StatusResponse.Builder response =
                StatusResponse.newBuilder()
                        .setVersion(member.serverVersion())
                        .setDbSize(database.sizeBytes())
                        .setLeader(member.leaderId())
                        .setRaftIndex(member.committedIndex())
                        .setRaftTerm(member.raftTerm())
                        .setRaftAppliedIndex(member.appliedIndex())
                        .setDbSizeInUse(database.sizeInUseBytes())
                        .setIsLearner(member.isLearner())
                        .setStorageVersion(Objects.requireNonNullElse(member.storageVersion(), ""))
                        .setDbSizeQuota(quota.limitBytes())
                        .setDowngradeInfo(downgradeInfo());
        if (member.leaderId() == 0) {
            response.addErrors(ErrorMapping.text(RefusedException.of(EtcdError.NO_LEADER)));
        }
        for (AlarmMember alarm : alarms.active(AlarmType.NONE)) {
            response.addErrors(text(alarm));
        }
        call.reply(store.currentRevision(), ResponseBody.of(response.build()));
    }

    private DowngradeInfo downgradeInfo() {
        String target = member.downgradeTarget();
        return target == null
                ? DowngradeInfo.getDefaultInstance()
                : DowngradeInfo.newBuilder().setEnabled(true).setTargetVersion(target).build();
    }

    /** As the reference prints the message: each field followed by a blank. */
    private static String text(AlarmMember alarm) {
        return "memberID:"
                + Long.toUnsignedString(alarm.getMemberID())
                + " alarm:"
                + alarm.getAlarm()
                + " ";
    }

    @SuppressWarnings("UnusedVariable") // the request has no fields
    void hash(HashRequest request, UnaryCall call) {
        callers.identify(
                call,
                caller -> {
                    auth.checkAdmin(caller);
                    replyHash(call);
                });
    }

    private void replyHash(UnaryCall call) {
        long startNanos = nanoClock.getAsLong();
        long hash = backend.get().hash();
        hashSeconds.observeNanos(nanoClock.getAsLong() - startNanos);
        HashResponse response = HashResponse.newBuilder().setHash((int) hash).build();
        call.reply(store.currentRevision(), ResponseBody.of(response));
    }

    void hashKv(HashKVRequest request, UnaryCall call) {
        callers.identify(
                call,
                caller -> {
                    auth.checkAdmin(caller);
                    replyHashKv(request, call);
                });
    }

    private void replyHashKv(HashKVRequest request, UnaryCall call) throws RefusedException {
        try {
            long startNanos = nanoClock.getAsLong();
            HashResult hash = store.hashKv(request.getRevision());
            hashRevSeconds.observeNanos(nanoClock.getAsLong() - startNanos);
            HashKVResponse response =
                    HashKVResponse.newBuilder()
                            .setHash((int) hash.hash())
                            .setCompactRevision(hash.compactRevision())
                            .setHashRevision(hash.revision())
                            .build();
            call.reply(hash.currentRevision(), ResponseBody.of(response));
        } catch (MvccException refused) {
            throw MvccRefusals.refusal(refused);
        }
    }

    @SuppressWarnings("UnusedVariable") // the request has no fields
    void defragment(DefragmentRequest request, UnaryCall call) {
        callers.identify(
                call,
                caller -> {
                    auth.checkAdmin(caller);
                    defragment(call);
                });
    }

    private void defragment(UnaryCall call) throws RefusedException {
        long startNanos = nanoClock.getAsLong();
        defragsInFlight.add(1);
        try {
            defragmentPresentBackend();
        } finally {
            defragsInFlight.add(-1);
            defragSeconds.observeNanos(nanoClock.getAsLong() - startNanos);
        }
        call.reply(Reply.withoutHeader(ResponseBody.EMPTY));
    }

    /** Starts over with the next one if a snapshot from the leader replaces it meanwhile. */
    private void defragmentPresentBackend() throws RefusedException {
        Backend present = backend.get();
        while (!present.defragment()) {
            Backend next = backend.get();
            if (next == present) {
                throw RefusedException.of(EtcdError.STOPPED);
            }
            present = next;
        }
    }

    /** Without a deadline of the caller the wait for the new leader has no end. */
    void moveLeader(MoveLeaderRequest request, UnaryCall call) {
        callers.identify(
                call,
                caller -> {
                    auth.checkAdmin(caller);
                    if (member.leaderId() != member.memberId()) {
                        throw RefusedException.of(EtcdError.NOT_LEADER);
                    }
                    transfer(request.getTargetID(), call);
                });
    }

    private void transfer(long target, UnaryCall call) {
        CompletableFuture<Void> done = cluster.transferLeadership(target).toCompletableFuture();
        Context context = Context.current();
        Context.CancellationListener givenUp =
                _ -> done.completeExceptionally(RefusedException.unmapped(TRANSFER_TOOK_TOO_LONG));
        context.addListener(givenUp, Runnable::run);
        var _ =
                done.whenComplete((_, failure) -> {
                    context.removeListener(givenUp);
                    if (failure == null) {
                        call.reply(Reply.withoutHeader(ResponseBody.EMPTY));
                    } else {
                        call.refuse(RefusedException.of(failure));
                    }
                });
    }

    void downgrade(DowngradeRequest request, UnaryCall call) {
        callers.identify(
                call,
                caller -> {
                    auth.checkAdmin(caller);
                    var _ =
                            downgradeStep(request)
                                    .whenComplete((version, failure) -> {
                                        if (failure != null) {
                                            call.refuse(RefusedException.of(failure));
                                            return;
                                        }
                                        DowngradeResponse response =
                                                DowngradeResponse.newBuilder()
                                                        .setVersion(version)
                                                        .build();
                                        call.reply(
                                                store.currentRevision(), ResponseBody.of(response));
                                    });
                });
    }

    private CompletionStage<String> downgradeStep(DowngradeRequest request)
            throws RefusedException {
        return switch (request.getAction()) {
            case VALIDATE -> downgrades.validate(request.getVersion());
            case ENABLE -> downgrades.enable(request.getVersion());
            case CANCEL -> downgrades.cancel();
            case UNRECOGNIZED -> throw RefusedException.unmapped("etcdserver: unknown method");
        };
    }
}
