package dev.plinth.tools.client;

import dev.plinth.server.core.EtcdError;
import io.grpc.Status.Code;
import java.util.Set;

/** Which failed calls may be made again. Source: tools.md 7.2. */
final class Repetition {
    private static final Set<String> REPEATABLE =
            Set.of(
                    "etcdserverpb.KV/Range",
                    "etcdserverpb.Lease/LeaseTimeToLive",
                    "etcdserverpb.Lease/LeaseLeases",
                    "etcdserverpb.Lease/LeaseGrant",
                    "etcdserverpb.Lease/LeaseRevoke",
                    "etcdserverpb.Cluster/MemberList",
                    "etcdserverpb.Maintenance/Status",
                    "etcdserverpb.Maintenance/Hash",
                    "etcdserverpb.Maintenance/HashKV",
                    "etcdserverpb.Maintenance/Alarm",
                    "etcdserverpb.Maintenance/MoveLeader",
                    "etcdserverpb.Auth/UserList",
                    "etcdserverpb.Auth/UserGet",
                    "etcdserverpb.Auth/RoleList",
                    "etcdserverpb.Auth/RoleGet");

    private Repetition() {}

    static boolean isAllowed(String method, CallFailure failure, int endpoints) {
        if (failure.is(EtcdError.NOT_SUPPORTED_FOR_LEARNER)) {
            return endpoints > 1;
        }
        // A write that was sent may have been done; gRPC itself repeats what was certainly not.
        return REPEATABLE.contains(method) && failure.status().getCode() == Code.UNAVAILABLE;
    }
}
