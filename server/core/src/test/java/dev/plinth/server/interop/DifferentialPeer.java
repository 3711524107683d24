package dev.plinth.server.interop;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.plinth.api.etcdserverpb.AuthDisableRequest;
import dev.plinth.api.etcdserverpb.AuthEnableRequest;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthRoleDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGetRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.plinth.api.etcdserverpb.AuthRoleListRequest;
import dev.plinth.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthUserDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthUserGetRequest;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.api.etcdserverpb.AuthUserListRequest;
import dev.plinth.api.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.AuthenticateResponse;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.HashKVResponse;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.ResponseOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One of two servers that get the same requests: makes the calls, keeps its callers' tokens and one
 * watcher over all keys, and shows answers in a form in which equal ones are equal texts.
 */
final class DifferentialPeer implements AutoCloseable {
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final long ANSWER_SECONDS = 300;

    private final ManagedChannel channel;
    private final Map<String, Channel> callers = new HashMap<>();
    private final BlockingClientCall<WatchRequest, WatchResponse> allEvents;
    private final List<Event> seen = new ArrayList<>();
    private long revision;
    private long seenUpTo;

    DifferentialPeer(String endpoint) throws InterruptedException, StatusException {
        channel = NettyChannelBuilder.forTarget(endpoint).usePlaintext().directExecutor().build();
        allEvents =
                ClientCalls.blockingBidiStreamingCall(
                        channel, WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        allEvents.write(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                                        .setPrevKv(true))
                        .build());
        seenUpTo = allEvents.read().getHeader().getRevision();
    }

    static String shown(Message message) {
        return TextFormat.printer().emittingSingleLine(true).printToString(message);
    }

    /** The newest revision that an answer has told. */
    long revision() {
        return revision;
    }

    /** Makes a call on behalf of a user that has a token, or of nobody. */
    String answer(Message request, String caller) {
        try {
            Message response = call(request, callers.getOrDefault(caller, channel));
            if (response instanceof AuthenticateResponse authenticated) {
                String name = ((AuthenticateRequest) request).getName();
                callers.put(name, withToken(authenticated.getToken()));
            }
            return shown(comparable(request, response));
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() + " " + e.getStatus().getDescription();
        } catch (StatusException e) {
            return e.getStatus().getCode() + " " + e.getStatus().getDescription();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private Channel withToken(String token) {
        Metadata headers = new Metadata();
        headers.put(TOKEN, token);
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static Message call(Message request, Channel on)
            throws InterruptedException, StatusException {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(on);
        LeaseGrpc.LeaseBlockingStub lease = LeaseGrpc.newBlockingStub(on);
        return switch (request) {
            case PutRequest put -> kv.put(put);
            case RangeRequest range -> kv.range(range);
            case DeleteRangeRequest delete -> kv.deleteRange(delete);
            case TxnRequest txn -> kv.txn(txn);
            case CompactionRequest compaction -> kv.compact(compaction);
            case LeaseGrantRequest grant -> lease.leaseGrant(grant);
            case LeaseRevokeRequest revoke -> lease.leaseRevoke(revoke);
            case LeaseTimeToLiveRequest timeToLive -> lease.leaseTimeToLive(timeToLive);
            case WatchCreateRequest watch -> createWatcher(watch, on);
            default -> administer(request, AuthGrpc.newBlockingStub(on));
        };
    }

    private static Message administer(Message request, AuthGrpc.AuthBlockingStub auth) {
        return switch (request) {
            case AuthEnableRequest enable -> auth.authEnable(enable);
            case AuthDisableRequest disable -> auth.authDisable(disable);
            case AuthenticateRequest authenticate -> auth.authenticate(authenticate);
            case AuthUserAddRequest add -> auth.userAdd(add);
            case AuthUserDeleteRequest delete -> auth.userDelete(delete);
            case AuthUserGetRequest get -> auth.userGet(get);
            case AuthUserListRequest list -> auth.userList(list);
            case AuthUserChangePasswordRequest change -> auth.userChangePassword(change);
            case AuthUserGrantRoleRequest grant -> auth.userGrantRole(grant);
            case AuthUserRevokeRoleRequest revoke -> auth.userRevokeRole(revoke);
            case AuthRoleAddRequest add -> auth.roleAdd(add);
            case AuthRoleDeleteRequest delete -> auth.roleDelete(delete);
            case AuthRoleGetRequest get -> auth.roleGet(get);
            case AuthRoleListRequest list -> auth.roleList(list);
            case AuthRoleGrantPermissionRequest grant -> auth.roleGrantPermission(grant);
            case AuthRoleRevokePermissionRequest revoke -> auth.roleRevokePermission(revoke);
            default -> throw new AssertionError(request);
        };
    }

    /**
     * The answer to a new watcher: that it was made, or why not; its events are looked at apart.
     */
    private static WatchResponse createWatcher(WatchCreateRequest request, Channel on)
            throws InterruptedException, StatusException {
        BlockingClientCall<WatchRequest, WatchResponse> watch =
                ClientCalls.blockingBidiStreamingCall(
                        on, WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        try {
            watch.write(WatchRequest.newBuilder().setCreateRequest(request).build());
            return watch.read();
        } finally {
            watch.cancel("seen", null);
        }
    }

    /** Events since the last call, as texts, up to a revision that has been told. */
    List<String> eventsUpTo(long newest) throws Exception {
        while (seenUpTo < newest) {
            WatchResponse response = allEvents.read(ANSWER_SECONDS, TimeUnit.SECONDS);
            seen.addAll(response.getEventsList());
            seenUpTo = Math.max(seenUpTo, response.getHeader().getRevision());
        }
        List<String> events = seen.stream().map(DifferentialPeer::shown).toList();
        seen.clear();
        return events;
    }

    String hash() {
        HashKVRequest request = HashKVRequest.getDefaultInstance();
        Channel on = callers.getOrDefault(RandomAuthOperations.ROOT, channel);
        return shown(comparable(request, MaintenanceGrpc.newBlockingStub(on).hashKV(request)));
    }

    /**
     * The answer without what varies by nature: ids, the term, time left, tokens; and what 3.7
     * leaves out.
     */
    private Message comparable(Message request, Message response) {
        Message.Builder builder = response.toBuilder();
        var header = response.getDescriptorForType().findFieldByName("header");
        ResponseHeader given = (ResponseHeader) response.getField(header);
        revision = Math.max(revision, given.getRevision());
        builder.setField(
                header, ResponseHeader.newBuilder().setRevision(given.getRevision()).build());
        return switch (builder.build()) {
            case RangeResponse range -> withoutLeases((RangeRequest) request, range);
            case TxnResponse txn -> comparableTxn((TxnRequest) request, txn);
            case LeaseTimeToLiveResponse timeToLive -> comparableTimeToLive(timeToLive);
            case HashKVResponse hash -> hash.toBuilder().clearHashRevision().build();
            case AuthenticateResponse authenticated ->
                    authenticated.toBuilder().clearToken().build();
            case Message other -> other;
        };
    }

    private static LeaseTimeToLiveResponse comparableTimeToLive(LeaseTimeToLiveResponse response) {
        List<ByteString> keys =
                response.getKeysList().stream()
                        .sorted(ByteString.unsignedLexicographicalComparator())
                        .toList();
        LeaseTimeToLiveResponse.Builder sorted = response.toBuilder().clearKeys().addAllKeys(keys);
        return response.getTTL() > 0 ? sorted.setTTL(1).build() : sorted.build();
    }

    /** 3.7 answers keys-only from the index, without the lease; 3.5 gives it. */
    private static RangeResponse withoutLeases(RangeRequest request, RangeResponse response) {
        if (!request.getKeysOnly()) {
            return response;
        }
        RangeResponse.Builder builder = response.toBuilder();
        builder.getKvsBuilderList().forEach(kv -> kv.clearLease());
        return builder.build();
    }

    private static TxnResponse comparableTxn(TxnRequest request, TxnResponse response) {
        List<RequestOp> requests =
                response.getSucceeded() ? request.getSuccessList() : request.getFailureList();
        TxnResponse.Builder builder = response.toBuilder();
        for (int i = 0; i < builder.getResponsesCount(); i++) {
            ResponseOp.Builder inner = builder.getResponsesBuilder(i);
            if (inner.hasResponseRange()) {
                inner.setResponseRange(
                        withoutLeases(requests.get(i).getRequestRange(), inner.getResponseRange()));
            } else if (inner.hasResponseTxn()) {
                inner.setResponseTxn(
                        comparableTxn(requests.get(i).getRequestTxn(), inner.getResponseTxn()));
            }
        }
        return builder.build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
