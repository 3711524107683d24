package dev.plinth.client;

import io.grpc.Status.Code;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every refusal that servers have a fixed status and text for, and what the client itself finds.
 * Source: the error catalogue of the wire specification.
 */
public enum Reason {
    KEY_NOT_PROVIDED(Code.INVALID_ARGUMENT, "key is not provided"),
    KEY_NOT_FOUND(Code.INVALID_ARGUMENT, "key not found"),
    VALUE_PROVIDED(Code.INVALID_ARGUMENT, "value is provided"),
    LEASE_PROVIDED(Code.INVALID_ARGUMENT, "lease is provided"),
    TOO_MANY_OPERATIONS(Code.INVALID_ARGUMENT, "too many operations in txn request"),
    DUPLICATE_KEY(Code.INVALID_ARGUMENT, "duplicate key given in txn request"),
    INVALID_CLIENT_API_VERSION(Code.INVALID_ARGUMENT, "invalid client api version"),
    INVALID_SORT_OPTION(Code.INVALID_ARGUMENT, "invalid sort option"),
    COMPACTED(Code.OUT_OF_RANGE, "mvcc: required revision has been compacted"),
    FUTURE_REVISION(Code.OUT_OF_RANGE, "mvcc: required revision is a future revision"),
    NO_SPACE(Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded"),
    LEASE_NOT_FOUND(Code.NOT_FOUND, "requested lease not found"),
    LEASE_EXISTS(Code.FAILED_PRECONDITION, "lease already exists"),
    LEASE_TTL_TOO_LARGE(Code.OUT_OF_RANGE, "too large lease TTL"),
    WATCH_CANCELED(Code.CANCELLED, "watch canceled"),
    MEMBER_EXISTS(Code.FAILED_PRECONDITION, "member ID already exist"),
    PEER_URL_EXISTS(Code.FAILED_PRECONDITION, "Peer URLs already exists"),
    NOT_ENOUGH_STARTED_MEMBERS(
            Code.UNKNOWN, "re-configuration failed due to not enough started members"),
    MEMBER_BAD_URLS(Code.INVALID_ARGUMENT, "given member URLs are invalid"),
    MEMBER_NOT_FOUND(Code.NOT_FOUND, "member not found"),
    MEMBER_NOT_LEARNER(Code.FAILED_PRECONDITION, "can only promote a learner member"),
    LEARNER_NOT_READY(
            Code.FAILED_PRECONDITION,
            "can only promote a learner member which is in sync with leader"),
    TOO_MANY_LEARNERS(Code.FAILED_PRECONDITION, "too many learner members in cluster"),
    CLUSTER_ID_MISMATCH(Code.FAILED_PRECONDITION, "cluster ID mismatch"),
    REQUEST_TOO_LARGE(Code.INVALID_ARGUMENT, "request is too large"),
    TOO_MANY_REQUESTS(Code.UNKNOWN, "too many requests"),
    ROOT_USER_MISSING(Code.FAILED_PRECONDITION, "root user does not exist"),
    ROOT_ROLE_MISSING(Code.FAILED_PRECONDITION, "root user does not have root role"),
    USER_EXISTS(Code.FAILED_PRECONDITION, "user name already exists"),
    USER_NAME_EMPTY(Code.INVALID_ARGUMENT, "user name is empty"),
    USER_NOT_FOUND(Code.FAILED_PRECONDITION, "user name not found"),
    ROLE_EXISTS(Code.FAILED_PRECONDITION, "role name already exists"),
    ROLE_NOT_FOUND(Code.FAILED_PRECONDITION, "role name not found"),
    ROLE_NAME_EMPTY(Code.INVALID_ARGUMENT, "role name is empty"),
    AUTHENTICATION_FAILED(
            Code.INVALID_ARGUMENT, "authentication failed, invalid user ID or password"),
    PERMISSION_NOT_GIVEN(Code.INVALID_ARGUMENT, "permission not given"),
    PERMISSION_DENIED(Code.PERMISSION_DENIED, "permission denied"),
    ROLE_NOT_GRANTED(Code.FAILED_PRECONDITION, "role is not granted to the user"),
    PERMISSION_NOT_GRANTED(Code.FAILED_PRECONDITION, "permission is not granted to the role"),
    AUTH_NOT_ENABLED(Code.FAILED_PRECONDITION, "authentication is not enabled"),
    INVALID_AUTH_TOKEN(Code.UNAUTHENTICATED, "invalid auth token"),
    INVALID_AUTH_MANAGEMENT(Code.INVALID_ARGUMENT, "invalid auth management"),
    AUTH_REVISION_OLD(Code.INVALID_ARGUMENT, "revision of auth store is old"),
    NO_LEADER(Code.UNAVAILABLE, "no leader"),
    NOT_LEADER(Code.FAILED_PRECONDITION, "not leader"),
    LEADER_CHANGED(Code.UNAVAILABLE, "leader changed"),
    NOT_CAPABLE(Code.FAILED_PRECONDITION, "not capable"),
    STOPPED(Code.UNAVAILABLE, "server stopped"),
    TIMEOUT(Code.UNAVAILABLE, "request timed out"),
    TIMEOUT_LEADER_FAILURE(
            Code.UNAVAILABLE, "request timed out, possibly due to previous leader failure"),
    TIMEOUT_CONNECTION_LOST(Code.UNAVAILABLE, "request timed out, possibly due to connection lost"),
    TIMEOUT_WAITING_APPLIED(
            Code.UNAVAILABLE, "request timed out, waiting for the applied index took too long"),
    UNHEALTHY_CLUSTER(Code.UNAVAILABLE, "unhealthy cluster"),
    CORRUPT_CLUSTER(Code.DATA_LOSS, "corrupt cluster"),
    NOT_SUPPORTED_FOR_LEARNER(Code.FAILED_PRECONDITION, "rpc not supported for learner"),
    BAD_LEADER_TRANSFEREE(Code.FAILED_PRECONDITION, "bad leader transferee"),
    WRONG_DOWNGRADE_VERSION_FORMAT(Code.INVALID_ARGUMENT, "wrong downgrade target version format"),
    INVALID_DOWNGRADE_VERSION(Code.INVALID_ARGUMENT, "invalid downgrade target version"),
    DOWNGRADE_CLUSTER_VERSION_UNKNOWN(
            Code.FAILED_PRECONDITION, "cluster version not found during downgrade"),
    DOWNGRADE_IN_PROGRESS(Code.FAILED_PRECONDITION, "cluster has a downgrade job in progress"),
    NO_DOWNGRADE_IN_PROGRESS(Code.FAILED_PRECONDITION, "no inflight downgrade job"),
    REQUEST_CANCELED(Code.CANCELLED, "request canceled"),
    DEADLINE_EXCEEDED(Code.DEADLINE_EXCEEDED, "context deadline exceeded"),

    /** Found by the client: no member is as far as an answer that it had before. */
    STALE_MEMBERS(
            Code.UNAVAILABLE,
            "etcdclient: ",
            "no cluster members have a revision higher than the previously received revision"),

    /** Found by the client: a server is of a version that the program does not want. */
    OLD_CLUSTER(Code.FAILED_PRECONDITION, "etcdclient: ", "old cluster version"),

    /** Found by the client: it was closed. */
    CLIENT_CLOSED(Code.CANCELLED, "etcdclient: ", "the client is closed"),

    /** Anything else; the message has what is known. */
    OTHER(Code.UNKNOWN, "", "");

    private static final Map<String, Reason> BY_TEXT = new HashMap<>();

    static {
        for (Reason reason : values()) {
            BY_TEXT.put(reason.text, reason);
        }
    }

    private final Code code;
    private final String text;

    Reason(Code code, String text) {
        this(code, "etcdserver: ", text);
    }

    Reason(Code code, String prefix, String text) {
        this.code = code;
        this.text = prefix + text;
    }

    /** The status that servers send it with. */
    public Code code() {
        return code;
    }

    /** The text that servers send it with. */
    public String text() {
        return text;
    }

    static Reason of(@Nullable String text) {
        return text == null ? OTHER : BY_TEXT.getOrDefault(text, OTHER);
    }
}
