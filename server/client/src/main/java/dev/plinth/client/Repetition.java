package dev.plinth.client;

import io.grpc.Status.Code;
import java.util.Set;

/** Which failed calls may be made again. Source: tools.md 7.2. */
final class Repetition {
    /** What may be done twice without harm. A lease granted for nobody runs out by itself. */
    private static final Set<String> REPEATABLE =
            Set.of(
                    "etcdserverpb.KV/Range",
                    "etcdserverpb.Lease/LeaseTimeToLive",
                    "etcdserverpb.Lease/LeaseLeases",
                    "etcdserverpb.Lease/LeaseKeepAlive",
                    "etcdserverpb.Lease/LeaseGrant",
                    "etcdserverpb.Lease/LeaseRevoke",
                    "etcdserverpb.Cluster/MemberList",
                    "etcdserverpb.Maintenance/Status",
                    "etcdserverpb.Maintenance/Hash",
                    "etcdserverpb.Maintenance/HashKV",
                    "etcdserverpb.Maintenance/Alarm",
                    "etcdserverpb.Maintenance/MoveLeader",
                    "etcdserverpb.Auth/Authenticate",
                    "etcdserverpb.Auth/AuthStatus",
                    "etcdserverpb.Auth/UserList",
                    "etcdserverpb.Auth/UserGet",
                    "etcdserverpb.Auth/RoleList",
                    "etcdserverpb.Auth/RoleGet");

    private Repetition() {}

    static boolean isRepeatable(String fullMethodName) {
        return REPEATABLE.contains(fullMethodName);
    }

    /**
     * Whether a call that failed so may be made again.
     *
     * @param isHarmless whether the method is repeatable or the call was never sent
     */
    static boolean isAllowed(boolean isHarmless, EtcdException failure, int endpoints) {
        return switch (failure.reason()) {
            case NOT_SUPPORTED_FOR_LEARNER -> endpoints > 1;
            // A member that has just started refuses everything until it knows the cluster's
            // version.
            case NOT_CAPABLE -> true;
            default -> isHarmless && failure.code() == Code.UNAVAILABLE;
        };
    }

    /** Whether a new token may help. */
    static boolean wantsToken(EtcdException failure) {
        return switch (failure.reason()) {
            case INVALID_AUTH_TOKEN, AUTH_REVISION_OLD, USER_NAME_EMPTY -> true;
            default -> false;
        };
    }
}
