package dev.plinth.server.rpc;

import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import io.grpc.Status;
import io.grpc.Status.Code;

/**
 * Status code and text of every refusal, the only place that knows them.
 *
 * <p>Clients match on the texts as well as on the codes. Two refusals carry code Unknown although
 * their kind would suggest another one: that is what the reference sends. Source: the error
 * catalogue of the wire specification.
 */
public final class ErrorMapping {
    private static final String PREFIX = "etcdserver: ";

    private ErrorMapping() {}

    /** The status that answers a refused request. */
    public static Status status(RefusedException refused) {
        return switch (refused.error()) {
            case UNMAPPED -> Status.UNKNOWN.withDescription(refused.getMessage());
            case NAMESPACE_QUOTA_EXCEEDED, MEMORY_BUDGET_EXCEEDED ->
                    refusal(Code.RESOURCE_EXHAUSTED, "plinth: " + refused.getMessage());
            default -> status(refused.error());
        };
    }

    /** The text that clients see for a refusal. */
    public static String text(RefusedException refused) {
        String description = status(refused).getDescription();
        return description == null ? "" : description;
    }

    /** The status of a reason of the catalogue. */
    public static Status status(EtcdError error) {
        return switch (error) {
            case KEY_NOT_PROVIDED -> refusal(Code.INVALID_ARGUMENT, "key is not provided");
            case KEY_NOT_FOUND -> refusal(Code.INVALID_ARGUMENT, "key not found");
            case VALUE_PROVIDED -> refusal(Code.INVALID_ARGUMENT, "value is provided");
            case LEASE_PROVIDED -> refusal(Code.INVALID_ARGUMENT, "lease is provided");
            case TOO_MANY_OPERATIONS ->
                    refusal(Code.INVALID_ARGUMENT, "too many operations in txn request");
            case DUPLICATE_KEY ->
                    refusal(Code.INVALID_ARGUMENT, "duplicate key given in txn request");
            case INVALID_CLIENT_API_VERSION ->
                    refusal(Code.INVALID_ARGUMENT, "invalid client api version");
            case INVALID_SORT_OPTION -> refusal(Code.INVALID_ARGUMENT, "invalid sort option");
            case COMPACTED ->
                    refusal(Code.OUT_OF_RANGE, "mvcc: required revision has been compacted");
            case FUTURE_REVISION ->
                    refusal(Code.OUT_OF_RANGE, "mvcc: required revision is a future revision");
            case NO_SPACE -> refusal(Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded");
            case LEASE_NOT_FOUND -> refusal(Code.NOT_FOUND, "requested lease not found");
            case LEASE_EXISTS -> refusal(Code.FAILED_PRECONDITION, "lease already exists");
            case LEASE_TTL_TOO_LARGE -> refusal(Code.OUT_OF_RANGE, "too large lease TTL");
            case WATCH_CANCELED -> refusal(Code.CANCELLED, "watch canceled");
            case MEMBER_EXISTS -> refusal(Code.FAILED_PRECONDITION, "member ID already exist");
            case PEER_URL_EXISTS -> refusal(Code.FAILED_PRECONDITION, "Peer URLs already exists");
            case NOT_ENOUGH_STARTED_MEMBERS ->
                    refusal(
                            Code.UNKNOWN,
                            "re-configuration failed due to not enough started members");
            case MEMBER_BAD_URLS -> refusal(Code.INVALID_ARGUMENT, "given member URLs are invalid");
            case MEMBER_NOT_FOUND -> refusal(Code.NOT_FOUND, "member not found");
            case MEMBER_NOT_LEARNER ->
                    refusal(Code.FAILED_PRECONDITION, "can only promote a learner member");
            case LEARNER_NOT_READY ->
                    refusal(
                            Code.FAILED_PRECONDITION,
                            "can only promote a learner member which is in sync with leader");
            case TOO_MANY_LEARNERS ->
                    refusal(Code.FAILED_PRECONDITION, "too many learner members in cluster");
            case CLUSTER_ID_MISMATCH -> refusal(Code.FAILED_PRECONDITION, "cluster ID mismatch");
            case REQUEST_TOO_LARGE -> refusal(Code.INVALID_ARGUMENT, "request is too large");
            case TOO_MANY_REQUESTS -> refusal(Code.UNKNOWN, "too many requests");
            case ROOT_USER_MISSING -> refusal(Code.FAILED_PRECONDITION, "root user does not exist");
            case ROOT_ROLE_MISSING ->
                    refusal(Code.FAILED_PRECONDITION, "root user does not have root role");
            case USER_EXISTS -> refusal(Code.FAILED_PRECONDITION, "user name already exists");
            case USER_NAME_EMPTY -> refusal(Code.INVALID_ARGUMENT, "user name is empty");
            case USER_NOT_FOUND -> refusal(Code.FAILED_PRECONDITION, "user name not found");
            case ROLE_EXISTS -> refusal(Code.FAILED_PRECONDITION, "role name already exists");
            case ROLE_NOT_FOUND -> refusal(Code.FAILED_PRECONDITION, "role name not found");
            case ROLE_NAME_EMPTY -> refusal(Code.INVALID_ARGUMENT, "role name is empty");
            case AUTHENTICATION_FAILED ->
                    refusal(
                            Code.INVALID_ARGUMENT,
                            "authentication failed, invalid user ID or password");
            case PERMISSION_NOT_GIVEN -> refusal(Code.INVALID_ARGUMENT, "permission not given");
            case PERMISSION_DENIED -> refusal(Code.PERMISSION_DENIED, "permission denied");
            case ROLE_NOT_GRANTED ->
                    refusal(Code.FAILED_PRECONDITION, "role is not granted to the user");
            case PERMISSION_NOT_GRANTED ->
                    refusal(Code.FAILED_PRECONDITION, "permission is not granted to the role");
            case AUTH_NOT_ENABLED ->
                    refusal(Code.FAILED_PRECONDITION, "authentication is not enabled");
            case INVALID_AUTH_TOKEN -> refusal(Code.UNAUTHENTICATED, "invalid auth token");
            case INVALID_AUTH_MANAGEMENT ->
                    refusal(Code.INVALID_ARGUMENT, "invalid auth management");
            case AUTH_REVISION_OLD ->
                    refusal(Code.INVALID_ARGUMENT, "revision of auth store is old");
            case NO_LEADER -> refusal(Code.UNAVAILABLE, "no leader");
            case NOT_LEADER -> refusal(Code.FAILED_PRECONDITION, "not leader");
            case LEADER_CHANGED -> refusal(Code.UNAVAILABLE, "leader changed");
            case NOT_CAPABLE -> refusal(Code.FAILED_PRECONDITION, "not capable");
            case STOPPED -> refusal(Code.UNAVAILABLE, "server stopped");
            case TIMEOUT -> refusal(Code.UNAVAILABLE, "request timed out");
            case TIMEOUT_LEADER_FAILURE ->
                    refusal(
                            Code.UNAVAILABLE,
                            "request timed out, possibly due to previous leader failure");
            case TIMEOUT_CONNECTION_LOST ->
                    refusal(Code.UNAVAILABLE, "request timed out, possibly due to connection lost");
            case TIMEOUT_WAITING_APPLIED ->
                    refusal(
                            Code.UNAVAILABLE,
                            "request timed out, waiting for the applied index took too long");
            case UNHEALTHY_CLUSTER -> refusal(Code.UNAVAILABLE, "unhealthy cluster");
            case CORRUPT_CLUSTER -> refusal(Code.DATA_LOSS, "corrupt cluster");
            case NOT_SUPPORTED_FOR_LEARNER ->
                    refusal(Code.FAILED_PRECONDITION, "rpc not supported for learner");
            case BAD_LEADER_TRANSFEREE ->
                    refusal(Code.FAILED_PRECONDITION, "bad leader transferee");
            case WRONG_DOWNGRADE_VERSION_FORMAT ->
                    refusal(Code.INVALID_ARGUMENT, "wrong downgrade target version format");
            case INVALID_DOWNGRADE_VERSION ->
                    refusal(Code.INVALID_ARGUMENT, "invalid downgrade target version");
            case DOWNGRADE_CLUSTER_VERSION_UNKNOWN ->
                    refusal(Code.FAILED_PRECONDITION, "cluster version not found during downgrade");
            case DOWNGRADE_IN_PROGRESS ->
                    refusal(Code.FAILED_PRECONDITION, "cluster has a downgrade job in progress");
            case NO_DOWNGRADE_IN_PROGRESS ->
                    refusal(Code.FAILED_PRECONDITION, "no inflight downgrade job");
            case REQUEST_CANCELED -> refusal(Code.CANCELLED, "request canceled");
            case DEADLINE_EXCEEDED -> refusal(Code.DEADLINE_EXCEEDED, "context deadline exceeded");
            case RANGE_STREAM_SORT_UNSUPPORTED ->
                    Status.UNIMPLEMENTED.withDescription(
                            "RangeStream does not support custom sort orders");
            case RANGE_STREAM_FILTER_UNSUPPORTED ->
                    Status.UNIMPLEMENTED.withDescription(
                            "RangeStream does not support revision filters");
            case INVALID_NAMESPACE_QUOTA ->
                    refusal(
                            Code.INVALID_ARGUMENT,
                            "plinth: a quota is bytes=N, keys=N or both, apart by a blank");
            case NAMESPACE_QUOTA_EXCEEDED ->
                    refusal(Code.RESOURCE_EXHAUSTED, "plinth: quota of a prefix exceeded");
            case MEMORY_BUDGET_EXCEEDED ->
                    refusal(Code.RESOURCE_EXHAUSTED, "plinth: memory budget exceeded");
            case UNMAPPED -> Status.UNKNOWN;
        };
    }

    /** How Go clients print a status, which is what the reason of a refused watch shows. */
    public static String rendered(RefusedException refused) {
        Status status = status(refused);
        return "rpc error: code = "
                + goName(status.getCode())
                + " desc = "
                + status.getDescription();
    }

    private static Status refusal(Code code, String text) {
        return code.toStatus().withDescription(PREFIX + text);
    }

    private static String goName(Code code) {
        return switch (code) {
            case OK -> "OK";
            case CANCELLED -> "Canceled";
            case UNKNOWN -> "Unknown";
            case INVALID_ARGUMENT -> "InvalidArgument";
            case DEADLINE_EXCEEDED -> "DeadlineExceeded";
            case NOT_FOUND -> "NotFound";
            case ALREADY_EXISTS -> "AlreadyExists";
            case PERMISSION_DENIED -> "PermissionDenied";
            case RESOURCE_EXHAUSTED -> "ResourceExhausted";
            case FAILED_PRECONDITION -> "FailedPrecondition";
            case ABORTED -> "Aborted";
            case OUT_OF_RANGE -> "OutOfRange";
            case UNIMPLEMENTED -> "Unimplemented";
            case INTERNAL -> "Internal";
            case UNAVAILABLE -> "Unavailable";
            case DATA_LOSS -> "DataLoss";
            case UNAUTHENTICATED -> "Unauthenticated";
        };
    }
}
