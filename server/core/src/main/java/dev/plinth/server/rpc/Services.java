package dev.plinth.server.rpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AuthDisableRequest;
import dev.plinth.api.etcdserverpb.AuthEnableRequest;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthRoleDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGetRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.plinth.api.etcdserverpb.AuthRoleListRequest;
import dev.plinth.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.plinth.api.etcdserverpb.AuthStatusRequest;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthUserDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthUserGetRequest;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.api.etcdserverpb.AuthUserListRequest;
import dev.plinth.api.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.ClusterGrpc;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.DefragmentRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.DowngradeRequest;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.HashRequest;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseLeasesRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.MemberAddRequest;
import dev.plinth.api.etcdserverpb.MemberListRequest;
import dev.plinth.api.etcdserverpb.MemberPromoteRequest;
import dev.plinth.api.etcdserverpb.MemberRemoveRequest;
import dev.plinth.api.etcdserverpb.MemberUpdateRequest;
import dev.plinth.api.etcdserverpb.MoveLeaderRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.SnapshotRequest;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.server.metrics.Counter;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All services of the client port, bound to one member.
 *
 * <p>Made once; {@link #definitions} gives the same services for a socket or for the in-process
 * transport.
 */
public final class Services {
    /**
     * Methods that run on a socket's event loop: they never wait and are short up to their first
     * hand-over.
     */
    private static final Set<String> ON_EVENT_LOOP =
            Set.of(
                    KVGrpc.getRangeMethod().getFullMethodName(),
                    KVGrpc.getPutMethod().getFullMethodName(),
                    KVGrpc.getDeleteRangeMethod().getFullMethodName(),
                    KVGrpc.getTxnMethod().getFullMethodName(),
                    LeaseGrpc.getLeaseKeepAliveMethod().getFullMethodName(),
                    WatchGrpc.getWatchMethod().getFullMethodName());

    private final ServiceContext context;
    private final CallGuard guard;
    private final KvService kv;
    private final LeaseService lease;
    private final ClusterService cluster;
    private final MaintenanceService maintenance;
    private final AuthService auth;
    private final Callers callers;
    private final LeaderWatch leaderWatch;
    private final int messageBytesMax;

    /** Serving from the start: the port opens when the member is ready. */
    private final HealthStatusManager health = new HealthStatusManager();

    /** Binds the services; starts the watch over leaderless streams. */
    public Services(ServiceContext context) {
        Counter failures =
                context.metrics()
                        .counter(
                                "etcd_server_proposals_failed_total",
                                "The total number of failed proposals seen.");
        LogWriter log =
                new LogWriter(
                        context.member(),
                        context.limits().requestBytesMax(),
                        context.memory(),
                        _ -> failures.increment());
        SpaceCheck space = new SpaceCheck(context.quota(), context.member());
        this.context = context;
        this.guard = new CallGuard(context.member());
        Callers identities = new Callers(context);
        this.callers = identities;
        this.kv = new KvService(context, log, space, identities);
        this.lease = new LeaseService(context, log, space, identities);
        this.cluster = new ClusterService(context, identities);
        this.maintenance = new MaintenanceService(context, log, identities);
        this.auth = new AuthService(context, log, identities);
        this.leaderWatch = new LeaderWatch(context.member());
        this.messageBytesMax = context.limits().messageBytesMax();
        leaderWatch.start(context.timer(), context.limits().electionTimeoutNanos());
    }

    /** Whether a method may run on an event loop. */
    static boolean runsOnEventLoop(String fullMethodName) {
        return ON_EVENT_LOOP.contains(fullMethodName);
    }

    /** The services for sockets; gRPC's own health service, which has no JSON form, among them. */
    public List<ServerServiceDefinition> definitions() {
        return Stream.concat(
                        definitions(ReplyMarshaller.DRAINING).stream(),
                        Stream.of(health.getHealthService().bindService()))
                .toList();
    }

    /** The services for the in-process transport, which reads replies later. */
    public List<ServerServiceDefinition> inProcessDefinitions() {
        return definitions(ReplyMarshaller.COPYING);
    }

    /** Services of other makers behind the checks that come before all calls. */
    public List<ServerServiceDefinition> guarded(List<ServerServiceDefinition> services) {
        return services.stream()
                .map(service -> ServerInterceptors.intercept(service, new GuardInterceptor(guard)))
                .toList();
    }

    private List<ServerServiceDefinition> definitions(ReplyMarshaller replies) {
        return List.of(
                new Binder(KVGrpc.SERVICE_NAME, replies)
                        .unary(
                                KVGrpc.getRangeMethod(),
                                decoding(RangeRequest.parser()),
                                RangeRequest::getSerializable,
                                kv::range)
                        .serverStream(
                                KVGrpc.getRangeStreamMethod(),
                                decoding(RangeRequest.parser()),
                                false,
                                new RangeStream(context))
                        .unary(
                                KVGrpc.getPutMethod(),
                                encoding(InternalRaftRequest.PUT_FIELD_NUMBER, PutRequest.parser()),
                                kv::put)
                        .unary(
                                KVGrpc.getDeleteRangeMethod(),
                                encoding(
                                        InternalRaftRequest.DELETE_RANGE_FIELD_NUMBER,
                                        DeleteRangeRequest.parser()),
                                kv::deleteRange)
                        .unary(
                                KVGrpc.getTxnMethod(),
                                encoding(InternalRaftRequest.TXN_FIELD_NUMBER, TxnRequest.parser()),
                                kv::txn)
                        .unary(
                                KVGrpc.getCompactMethod(),
                                decoding(CompactionRequest.parser()),
                                kv::compact)
                        .build(),
                new Binder(WatchGrpc.SERVICE_NAME, replies)
                        .stream(
                                        WatchGrpc.getWatchMethod(),
                                        decoding(WatchRequest.parser()),
                                        new WatchHandler(context, guard, leaderWatch, callers))
                                .build(),
                lease(replies),
                new Binder(ClusterGrpc.SERVICE_NAME, replies)
                        .unary(
                                ClusterGrpc.getMemberListMethod(),
                                decoding(MemberListRequest.parser()),
                                cluster::memberList)
                        .unary(
                                ClusterGrpc.getMemberAddMethod(),
                                decoding(MemberAddRequest.parser()),
                                cluster::memberAdd)
                        .unary(
                                ClusterGrpc.getMemberRemoveMethod(),
                                decoding(MemberRemoveRequest.parser()),
                                cluster::memberRemove)
                        .unary(
                                ClusterGrpc.getMemberUpdateMethod(),
                                decoding(MemberUpdateRequest.parser()),
                                cluster::memberUpdate)
                        .unary(
                                ClusterGrpc.getMemberPromoteMethod(),
                                decoding(MemberPromoteRequest.parser()),
                                cluster::memberPromote)
                        .build(),
                maintenance(replies),
                auth(replies));
    }

    private ServerServiceDefinition lease(ReplyMarshaller replies) {
        return new Binder(LeaseGrpc.SERVICE_NAME, replies)
                        .unary(
                                LeaseGrpc.getLeaseGrantMethod(),
                                decoding(LeaseGrantRequest.parser()),
                                lease::grant)
                        .unary(
                                LeaseGrpc.getLeaseRevokeMethod(),
                                decoding(LeaseRevokeRequest.parser()),
                                lease::revoke)
                        .stream(
                                LeaseGrpc.getLeaseKeepAliveMethod(),
                                decoding(LeaseKeepAliveRequest.parser()),
                                new LeaseKeepAliveStream(context, guard, leaderWatch, callers))
                        .unary(
                                LeaseGrpc.getLeaseTimeToLiveMethod(),
                                decoding(LeaseTimeToLiveRequest.parser()),
                                lease::timeToLive)
                        .unary(
                                LeaseGrpc.getLeaseLeasesMethod(),
                                decoding(LeaseLeasesRequest.parser()),
                                lease::leases)
                        .build();
    }

    private ServerServiceDefinition maintenance(ReplyMarshaller replies) {
        return new Binder(MaintenanceGrpc.SERVICE_NAME, replies)
                .unary(
                        MaintenanceGrpc.getAlarmMethod(),
                        decoding(AlarmRequest.parser()),
                        maintenance::alarm)
                .unary(
                        MaintenanceGrpc.getStatusMethod(),
                        decoding(StatusRequest.parser()),
                        CallGuard.ALSO_ON_LEARNER,
                        maintenance::status)
                .unary(
                        MaintenanceGrpc.getDefragmentMethod(),
                        decoding(DefragmentRequest.parser()),
                        maintenance::defragment)
                .unary(
                        MaintenanceGrpc.getHashMethod(),
                        decoding(HashRequest.parser()),
                        maintenance::hash)
                .unary(
                        MaintenanceGrpc.getHashKVMethod(),
                        decoding(HashKVRequest.parser()),
                        maintenance::hashKv)
                .unary(
                        MaintenanceGrpc.getMoveLeaderMethod(),
                        decoding(MoveLeaderRequest.parser()),
                        maintenance::moveLeader)
                .unary(
                        MaintenanceGrpc.getDowngradeMethod(),
                        decoding(DowngradeRequest.parser()),
                        maintenance::downgrade)
                .serverStream(
                        MaintenanceGrpc.getSnapshotMethod(),
                        decoding(SnapshotRequest.parser()),
                        true,
                        new SnapshotStream(context))
                .build();
    }

    private ServerServiceDefinition auth(ReplyMarshaller replies) {
        Binder binder =
                new Binder(AuthGrpc.SERVICE_NAME, replies)
                        .unary(
                                AuthGrpc.getAuthenticateMethod(),
                                decoding(AuthenticateRequest.parser()),
                                auth::authenticate)
                        .unary(
                                AuthGrpc.getUserAddMethod(),
                                decoding(AuthUserAddRequest.parser()),
                                auth::addUser)
                        .unary(
                                AuthGrpc.getUserChangePasswordMethod(),
                                decoding(AuthUserChangePasswordRequest.parser()),
                                auth::changePassword);
        administration(
                binder,
                AuthGrpc.getAuthEnableMethod(),
                AuthEnableRequest.parser(),
                InternalRaftRequest.AUTH_ENABLE_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getAuthDisableMethod(),
                AuthDisableRequest.parser(),
                InternalRaftRequest.AUTH_DISABLE_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getAuthStatusMethod(),
                AuthStatusRequest.parser(),
                InternalRaftRequest.AUTH_STATUS_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getUserGetMethod(),
                AuthUserGetRequest.parser(),
                InternalRaftRequest.AUTH_USER_GET_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getUserListMethod(),
                AuthUserListRequest.parser(),
                InternalRaftRequest.AUTH_USER_LIST_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getUserDeleteMethod(),
                AuthUserDeleteRequest.parser(),
                InternalRaftRequest.AUTH_USER_DELETE_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getUserGrantRoleMethod(),
                AuthUserGrantRoleRequest.parser(),
                InternalRaftRequest.AUTH_USER_GRANT_ROLE_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getUserRevokeRoleMethod(),
                AuthUserRevokeRoleRequest.parser(),
                InternalRaftRequest.AUTH_USER_REVOKE_ROLE_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getRoleAddMethod(),
                AuthRoleAddRequest.parser(),
                InternalRaftRequest.AUTH_ROLE_ADD_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getRoleGetMethod(),
                AuthRoleGetRequest.parser(),
                InternalRaftRequest.AUTH_ROLE_GET_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getRoleListMethod(),
                AuthRoleListRequest.parser(),
                InternalRaftRequest.AUTH_ROLE_LIST_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getRoleDeleteMethod(),
                AuthRoleDeleteRequest.parser(),
                InternalRaftRequest.AUTH_ROLE_DELETE_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getRoleGrantPermissionMethod(),
                AuthRoleGrantPermissionRequest.parser(),
                InternalRaftRequest.AUTH_ROLE_GRANT_PERMISSION_FIELD_NUMBER);
        administration(
                binder,
                AuthGrpc.getRoleRevokePermissionMethod(),
                AuthRoleRevokePermissionRequest.parser(),
                InternalRaftRequest.AUTH_ROLE_REVOKE_PERMISSION_FIELD_NUMBER);
        return binder.build();
    }

    /** Binds a method whose request goes through the log as it is. */
    private <T extends MessageLite> void administration(
            Binder binder, MethodDescriptor<?, ?> method, Parser<T> parser, int field) {
        binder.unary(
                method, decoding(parser), (request, call) -> auth.administer(field, request, call));
    }

    private <T extends MessageLite> RequestMarshaller<T> decoding(Parser<T> parser) {
        return RequestMarshaller.decoding(parser, messageBytesMax);
    }

    private <T extends MessageLite> RequestMarshaller<EncodedRequest<T>> encoding(
            int field, Parser<T> parser) {
        return RequestMarshaller.encoding(field, parser, messageBytesMax);
    }

    /** Collects the methods of one service. */
    private final class Binder {
        private final ServerServiceDefinition.Builder service;
        private final ReplyMarshaller replies;

        Binder(String name, ReplyMarshaller replies) {
            this.service = ServerServiceDefinition.builder(name);
            this.replies = replies;
        }

        <Q> Binder unary(
                MethodDescriptor<?, ?> method,
                RequestMarshaller<Q> requests,
                UnaryHandler.Method<Q> start) {
            return unary(method, requests, CallGuard.NOT_ON_LEARNER, start);
        }

        <Q> Binder unary(
                MethodDescriptor<?, ?> method,
                RequestMarshaller<Q> requests,
                CallGuard.LearnerRule<? super Q> learnerRule,
                UnaryHandler.Method<Q> start) {
            service.addMethod(
                    method.toBuilder(requests, replies).build(),
                    new UnaryHandler<>(
                            context.member(),
                            context.slowCalls(),
                            context.memory(),
                            guard,
                            learnerRule,
                            start));
            return this;
        }

        <Q> Binder serverStream(
                MethodDescriptor<?, ?> method,
                RequestMarshaller<Q> requests,
                boolean allowedOnLearner,
                ServerStreamHandler.Method<Q> run) {
            service.addMethod(
                    method.toBuilder(requests, replies).build(),
                    new ServerStreamHandler<>(
                            guard, allowedOnLearner, callers, context.background(), run));
            return this;
        }

        <Q> Binder stream(
                MethodDescriptor<?, ?> method,
                RequestMarshaller<Q> requests,
                ServerCallHandler<Incoming<Q>, Reply> handler) {
            service.addMethod(method.toBuilder(requests, replies).build(), handler);
            return this;
        }

        ServerServiceDefinition build() {
            return service.build();
        }
    }
}
