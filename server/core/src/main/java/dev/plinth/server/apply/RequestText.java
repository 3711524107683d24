package dev.plinth.server.apply;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.InternalAuthenticateRequest;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import java.util.List;

/**
 * Requests as text for the log: no values, only their sizes; no passwords and no tokens. In the
 * form of etcd, whose lines operators and their tools know.
 */
public final class RequestText {
    private RequestText() {}

    /** A request that went through the log. */
    static String of(long requestId, int field, ByteString body) {
        String header = "header:<ID:" + Long.toUnsignedString(requestId) + " > ";
        try {
            return header
                    + switch (field) {
                        case InternalRaftRequest.PUT_FIELD_NUMBER ->
                                "put:<" + put(PutRequest.parseFrom(body)) + ">";
                        case InternalRaftRequest.TXN_FIELD_NUMBER ->
                                "txn:<" + txn(TxnRequest.parseFrom(body)) + ">";
                        case InternalRaftRequest.LEASE_GRANT_FIELD_NUMBER -> {
                            LeaseGrantRequest grant = LeaseGrantRequest.parseFrom(body);
                            yield "lease_grant:<ttl:%d-second id:%016x>"
                                    .formatted(grant.getTTL(), grant.getID());
                        }
                        case InternalRaftRequest.LEASE_REVOKE_FIELD_NUMBER ->
                                "lease_revoke:<id:%016x>"
                                        .formatted(LeaseRevokeRequest.parseFrom(body).getID());
                        case InternalRaftRequest.AUTHENTICATE_FIELD_NUMBER ->
                                "authenticate:<name:"
                                        + InternalAuthenticateRequest.parseFrom(body).getName()
                                        + ">";
                        case InternalRaftRequest.AUTH_USER_ADD_FIELD_NUMBER ->
                                "auth_user_add:<name:"
                                        + AuthUserAddRequest.parseFrom(body).getName()
                                        + ">";
                        case InternalRaftRequest.AUTH_USER_CHANGE_PASSWORD_FIELD_NUMBER ->
                                "auth_user_change_password:<name:"
                                        + AuthUserChangePasswordRequest.parseFrom(body).getName()
                                        + ">";
                        default -> other(field, body);
                    };
        } catch (InvalidProtocolBufferException e) {
            return header + "undecodable";
        }
    }

    private static String other(int field, ByteString body) throws InvalidProtocolBufferException {
        var descriptor = InternalRaftRequest.getDescriptor().findFieldByNumber(field);
        if (descriptor == null) {
            return "unknown";
        }
        Message decoded =
                InternalRaftRequest.getDefaultInstance()
                        .newBuilderForType()
                        .newBuilderForField(descriptor)
                        .mergeFrom(body)
                        .build();
        return descriptor.getName() + ":<" + oneLine(decoded) + " >";
    }

    /** Any request of a client; those with values or secrets are shown without them. */
    public static String oneLine(Object request) {
        return switch (request) {
            case PutRequest put -> put(put);
            case TxnRequest txn -> txn(txn);
            case AuthenticateRequest login -> "name:" + login.getName();
            case AuthUserAddRequest add -> "name:" + add.getName();
            case AuthUserChangePasswordRequest change -> "name:" + change.getName();
            case MessageOrBuilder other ->
                    TextFormat.printer()
                            .emittingSingleLine(true)
                            .printToString(other)
                            .replace(": ", ":")
                            .strip();
            default -> String.valueOf(request);
        };
    }

    private static String put(PutRequest put) {
        StringBuilder text = new StringBuilder();
        text.append("key:").append(quoted(put.getKey()));
        text.append(" value_size:").append(put.getValue().size());
        if (put.getLease() != 0) {
            text.append(" lease:").append(put.getLease());
        }
        return text.append(' ').toString();
    }

    private static String txn(TxnRequest txn) {
        StringBuilder text = new StringBuilder();
        for (Compare compare : txn.getCompareList()) {
            text.append("compare:<target:")
                    .append(compare.getTarget())
                    .append(" key:")
                    .append(quoted(compare.getKey()))
                    .append(" > ");
        }
        operations(text, "success", txn.getSuccessList());
        operations(text, "failure", txn.getFailureList());
        return text.toString();
    }

    private static void operations(StringBuilder text, String branch, List<RequestOp> operations) {
        for (RequestOp op : operations) {
            text.append(branch).append(":<");
            switch (op.getRequestCase()) {
                case REQUEST_PUT ->
                        text.append("request_put:<").append(put(op.getRequestPut())).append("> ");
                case REQUEST_TXN ->
                        text.append("request_txn:<").append(txn(op.getRequestTxn())).append("> ");
                case REQUEST_RANGE ->
                        text.append("request_range:<")
                                .append(oneLine(op.getRequestRange()))
                                .append(" > ");
                case REQUEST_DELETE_RANGE ->
                        text.append("request_delete_range:<")
                                .append(oneLine(op.getRequestDeleteRange()))
                                .append(" > ");
                case REQUEST_NOT_SET -> {}
            }
            text.append("> ");
        }
    }

    private static String quoted(ByteString bytes) {
        return '"' + TextFormat.escapeBytes(bytes) + '"';
    }
}
