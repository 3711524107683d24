package dev.plinth.server.discovery;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.server.log.Log;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Founders who meet in another etcd, in etcd's layout.
 *
 * <pre>
 * /_etcd/registry/TOKEN/_config/size     how many found the cluster, decimal; put by the operator
 * /_etcd/registry/TOKEN/members/ID-HEX   name=url,name=url2 of one of them
 * </pre>
 *
 * The first ones by create revision found the cluster; a token is good for one cluster. When the
 * service is not reached the same step is tried again after 2, 4, … 256 seconds, for ever.
 */
public final class DiscoveryService {
    private static final int BACKOFF_EXPONENT_MAX = 8;
    private static final int FOUNDERS_MAX = 1000;
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    /** Lets time pass between two attempts. */
    public interface Pause {
        /** Returns after so many seconds. */
        void seconds(long seconds) throws InterruptedException;
    }

    /**
     * Settings.
     *
     * @param token of the cluster that is founded
     * @param requestNanos longest time of one request
     * @param user who asks; empty for nobody
     * @param password his password
     */
    public record Settings(String token, long requestNanos, String user, String password) {}

    private interface Step<T> {
        T run(Channel service) throws StatusException, InterruptedException;
    }

    private final List<? extends Channel> endpoints;
    private final Metadata headers = new Metadata();
    private final Settings settings;
    private final Pause pause;
    private final Log log;
    private final String membersPrefix;

    /**
     * @param endpoints reach members of the other etcd; the next one is tried when one fails
     * @param pause waits between attempts
     */
    public DiscoveryService(
            List<? extends Channel> endpoints, Settings settings, Pause pause, Log log) {
        this.endpoints = List.copyOf(endpoints);
        this.settings = settings;
        this.pause = pause;
        this.log = log;
        this.membersPrefix = "/_etcd/registry/" + settings.token() + "/members/";
    }

    /**
     * Registers this member and waits for the others.
     *
     * @param memberId this member, hexadecimal
     * @param ownUrls {@code name=url} for each of its peer URLs, joined by commas
     * @return a value of {@code --initial-cluster}
     * @throws DiscoveryException when the token is no good for this member
     */
    public String join(String memberId, String ownUrls)
            throws DiscoveryException, InterruptedException {
        authenticate();
        int size = size();
        String own = membersPrefix + memberId;
        RangeResponse present = retried(this::members);
        requirePlace(present, size, own);
        retried(calls -> put(calls, own, ownUrls));
        RangeResponse registered = retried(this::members);
        requirePlace(registered, size, own);
        Map<String, String> founders = new LinkedHashMap<>();
        registered.getKvsList().forEach(member -> add(founders, member));
        long next = registered.getHeader().getRevision() + 1;
        while (founders.size() < size) {
            long from = next;
            next = retried(calls -> awaitMore(calls, from, size, founders));
        }
        return String.join(",", founders.values().stream().limit(size).toList());
    }

    private void authenticate() throws InterruptedException {
        if (settings.user().isEmpty()) {
            return;
        }
        AuthenticateRequest request =
                AuthenticateRequest.newBuilder()
                        .setName(settings.user())
                        .setPassword(settings.password())
                        .build();
        String token =
                retried(calls ->
                        ClientCalls.blockingUnaryCall(
                                        calls,
                                        AuthGrpc.getAuthenticateMethod(),
                                        deadline(),
                                        request)
                                .getToken());
        headers.put(TOKEN, token);
    }

    private int size() throws DiscoveryException, InterruptedException {
        String key = "/_etcd/registry/" + settings.token() + "/_config/size";
        RangeRequest request = RangeRequest.newBuilder().setKey(utf8(key)).build();
        RangeResponse found =
                retried(calls ->
                        ClientCalls.blockingUnaryCall(
                                calls, KVGrpc.getRangeMethod(), deadline(), request));
        if (found.getKvsCount() == 0) {
            throw new DiscoveryException("discovery: size key not found");
        }
        String text = found.getKvs(0).getValue().toStringUtf8();
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) == 0) {
            throw new DiscoveryException("discovery: size key is bad");
        }
        return Integer.parseInt(text);
    }

    private RangeResponse members(Channel calls) {
        RangeRequest request =
                RangeRequest.newBuilder()
                        .setKey(utf8(membersPrefix))
                        .setRangeEnd(prefixEnd())
                        .setSortTarget(RangeRequest.SortTarget.CREATE)
                        .setSortOrder(RangeRequest.SortOrder.ASCEND)
                        .setLimit(FOUNDERS_MAX)
                        .build();
        return ClientCalls.blockingUnaryCall(calls, KVGrpc.getRangeMethod(), deadline(), request);
    }

    private Boolean put(Channel calls, String key, String value) {
        PutRequest request =
                PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build();
        var _ = ClientCalls.blockingUnaryCall(calls, KVGrpc.getPutMethod(), deadline(), request);
        return true;
    }

    private void requirePlace(RangeResponse members, int size, String own)
            throws DiscoveryException {
        boolean isAmongFirst =
                members.getKvsList().stream()
                        .limit(size)
                        .anyMatch(member -> member.getKey().toStringUtf8().equals(own));
        if (!isAmongFirst && members.getKvsCount() >= size) {
            log.warn("failed to bootstrap; discovery token was already used");
            log.warn("do not reuse discovery token; generate a new one to bootstrap a cluster");
            throw new DiscoveryException("discovery: cluster is full");
        }
    }

    /** Adds who arrives; the revision to go on from. */
    private long awaitMore(Channel calls, long from, int size, Map<String, String> founders)
            throws StatusException, InterruptedException {
        BlockingClientCall<WatchRequest, WatchResponse> watch =
                ClientCalls.blockingBidiStreamingCall(
                        calls, WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        try {
            watch.write(
                    WatchRequest.newBuilder()
                            .setCreateRequest(
                                    WatchCreateRequest.newBuilder()
                                            .setKey(utf8(membersPrefix))
                                            .setRangeEnd(prefixEnd())
                                            .setStartRevision(from))
                            .build());
            long next = from;
            while (founders.size() < size) {
                WatchResponse response = watch.read();
                if (response == null || response.getCanceled()) {
                    throw Status.UNAVAILABLE.withDescription("the watch has ended").asException();
                }
                for (Event event : response.getEventsList()) {
                    if (event.getType() == Event.EventType.PUT) {
                        add(founders, event.getKv());
                        log.info("found peer from discovery service", "total", founders.size());
                    }
                    next = event.getKv().getModRevision() + 1;
                }
            }
            return next;
        } finally {
            watch.cancel("the founders are known", null);
        }
    }

    private void add(Map<String, String> founders, KeyValue member) {
        String key = member.getKey().toStringUtf8();
        String value = member.getValue().toStringUtf8();
        if (!key.substring(membersPrefix.length()).matches("[0-9a-f]{1,16}")) {
            log.warn("invalid peer registry key", "key", key);
        } else if (value.indexOf('=') <= 0) {
            log.warn("invalid peer info returned from discovery service", "key", key);
        } else if (founders.putIfAbsent(key, value) != null) {
            log.warn("found duplicate peer from discovery service", "key", key);
        }
    }

    private <T> T retried(Step<T> step) throws InterruptedException {
        for (int failures = 1; ; failures++) {
            try {
                Channel endpoint = endpoints.get((failures - 1) % endpoints.size());
                return step.run(
                        ClientInterceptors.intercept(
                                endpoint, MetadataUtils.newAttachHeadersInterceptor(headers)));
            } catch (StatusException | StatusRuntimeException e) {
                long seconds = 1L << Math.min(failures, BACKOFF_EXPONENT_MAX);
                log.warn(
                        "retry connecting to discovery service",
                        "error",
                        String.valueOf(e.getMessage()),
                        "backoff",
                        seconds + "s");
                pause.seconds(seconds);
            }
        }
    }

    private CallOptions deadline() {
        return CallOptions.DEFAULT.withDeadlineAfter(settings.requestNanos(), TimeUnit.NANOSECONDS);
    }

    /** The first key behind all that begin with the members' prefix. */
    private ByteString prefixEnd() {
        return utf8(membersPrefix.substring(0, membersPrefix.length() - 1) + "0");
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
