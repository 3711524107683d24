package dev.plinth.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.ClusterGrpc;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.MemberListRequest;
import dev.plinth.api.etcdserverpb.MemberListResponse;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.StoreOptions;
import dev.plinth.mvcc.WriteView;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.lease.LessorOptions;
import dev.plinth.pagestore.Database;
import dev.plinth.server.apply.ApplyRecorder;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Passwords;
import dev.plinth.server.auth.SimpleTokens;
import dev.plinth.server.gateway.Endpoints;
import dev.plinth.server.gateway.HttpGateway;
import dev.plinth.server.gateway.HttpOptions;
import dev.plinth.server.maintenance.Downgrades;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.quota.BackendQuota;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.testing.FakeMember;
import dev.plinth.walio.io.LinuxDisk;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One port, two protocols, against a member without a store: what the wire itself decides. */
@Timeout(60)
@SuppressWarnings("NullAway") // the store is not reached by these calls
final class ClientPortTest {
    private final FakeMember member = new FakeMember();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Transport transport = Transport.open(1);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    @TempDir private Path folder;
    private Backend backend;
    private KeyValueStore store;
    private InProcessServices inProcess;
    private ClientListener listener;
    private ManagedChannel channel;
    private volatile @Nullable String diskComplaint;

    @BeforeEach
    void start() throws Exception {
        backend =
                Backend.open(
                        Database.open(
                                new LinuxDisk(),
                                folder.resolve("db"),
                                Backend.databaseOptions()
                                        .withInitialMapBytes(64 << 20)
                                        .withPopulate(false)),
                        BackendOptions.DEFAULT);
        Lessor lessor = Lessor.recover(backend, LessorOptions.DEFAULT);
        store = KeyValueStore.open(backend, lessor, StoreOptions.DEFAULT);
        SecureRandom secure = new SecureRandom();
        Passwords passwords = new Passwords(4, secure, Runnable::run);
        SimpleTokens tokens = new SimpleTokens(1_000_000_000L, System::nanoTime, secure);
        ServiceContext context =
                new ServiceContext(
                        member,
                        store,
                        () -> null,
                        lessor,
                        null,
                        null,
                        new Downgrades(member, null),
                        null,
                        new AuthStore(backend, tokens, passwords),
                        passwords,
                        new BackendQuota(-1, () -> 0),
                        MemoryBudget.unbounded(),
                        ServiceLimits.DEFAULT,
                        background,
                        background,
                        new Semaphore(1),
                        background,
                        timer,
                        System::nanoTime,
                        new Random(1),
                        new Metrics(),
                        new ApplyRecorder(new Metrics(), System::nanoTime, Long.MAX_VALUE, null),
                        new SlowCalls(System::nanoTime, () -> 0, Long.MAX_VALUE, null));
        Services services = new Services(context);
        inProcess = InProcessServices.start(services, background, List.of());
        int messageBytesMax = ServiceLimits.DEFAULT.messageBytesMax();
        HttpGateway gateway =
                new HttpGateway(
                        inProcess.channel(),
                        new Endpoints(context, new Metrics(), () -> diskComplaint),
                        new HttpOptions(true, Set.of("*"), Set.of("*"), false, messageBytesMax),
                        () -> false,
                        List.of(),
                        background);
        listener =
                ClientListener.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        transport,
                        ListenerOptions.DEFAULT,
                        services.definitions(),
                        background,
                        messageBytesMax,
                        null,
                        gateway);
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", listener.port())
                        .usePlaintext()
                        .maxInboundMessageSize(1 << 26)
                        .build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        http.close();
        listener.close();
        inProcess.close();
        transport.close();
        timer.shutdownNow();
        background.shutdownNow();
        store.close();
        backend.close();
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void grpcAndHttpShareThePort() throws Exception {
        MemberListResponse response =
                ClusterGrpc.newBlockingStub(channel)
                        .memberList(MemberListRequest.getDefaultInstance());
        assertThat(response.getHeader().getClusterId()).isEqualTo(2);
        assertThat(response.getHeader().getMemberId()).isEqualTo(1);
        assertThat(response.getHeader().getRaftTerm()).isEqualTo(3);
        assertThat(response.getMembers(0).getName()).isEqualTo("m");

        HttpResponse<String> json = send("POST", "/v3/cluster/member/list", "");
        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(json.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(json.body())
                .isEqualTo(
                        "{\"header\":{\"cluster_id\":\"2\",\"member_id\":\"1\",\"raft_term\":\"3\"},"
                                + "\"members\":[{\"ID\":\"1\",\"name\":\"m\",\"peerURLs\":[\"http://h:2380\"],"
                                + "\"clientURLs\":[\"http://h:2379\"]}]}");
        // Once more on the same connection.
        assertThat(send("POST", "/v3beta/cluster/member/list", "{}").body()).isEqualTo(json.body());
    }

    @Test
    void healthIsServedForTheWholeServerAlone() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        HealthCheckRequest other = HealthCheckRequest.newBuilder().setService("other").build();
        assertThatThrownBy(() -> health.check(other))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }

    @Test
    void versionTellsWhatTheMemberAnnounces() throws Exception {
        HttpResponse<String> version = send("GET", "/version", "");
        assertThat(version.statusCode()).isEqualTo(200);
        assertThat(version.body())
                .startsWith(
                        "{\"etcdserver\":\"3.7.1\",\"etcdcluster\":\"3.7.0\",\"storage\":\"3.7.0\",\"plinth\":\"");
    }

    @Test
    void refusalsHaveTheReferencesStatusAndText() throws Exception {
        assertThatThrownBy(() ->
                        KVGrpc.newBlockingStub(channel).range(RangeRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> {
                            assertThat(e.getStatus().getCode())
                                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
                            assertThat(e.getStatus().getDescription())
                                    .isEqualTo("etcdserver: key is not provided");
                        });
        HttpResponse<String> json = send("POST", "/v3/kv/range", "{}");
        assertThat(json.statusCode()).isEqualTo(400);
        assertThat(json.body())
                .isEqualTo("{\"code\":3,\"message\":\"etcdserver: key is not provided\"}");
    }

    @Test
    void livenessSaysWhyTheDiskStalls() throws Exception {
        assertThat(send("GET", "/livez/disk_stall", "").statusCode()).isEqualTo(200);
        diskComplaint = "the log's sync on /wal has been running for 8s";
        HttpResponse<String> stalled = send("GET", "/livez/disk_stall", "");
        assertThat(stalled.statusCode()).isEqualTo(503);
        assertThat(stalled.body()).contains("[-]disk_stall failed: " + diskComplaint);
    }

    @Test
    void messagesAboveTheLimitAreRefusedWithTheSizes() {
        PutRequest put =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setValue(ByteString.copyFrom(new byte[3 << 20]))
                        .build();
        assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel).put(put))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> {
                            assertThat(e.getStatus().getCode())
                                    .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                            assertThat(e.getStatus().getDescription())
                                    .isEqualTo(
                                            "grpc: received message larger than max ("
                                                    + put.getSerializedSize()
                                                    + " vs. 2097152)");
                        });
    }

    @Test
    void entriesAboveTheLimitAreRefused() {
        PutRequest put =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setValue(ByteString.copyFrom(new byte[1_572_864]))
                        .build();
        assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel).put(put))
                .hasMessageContaining("etcdserver: request is too large");
        assertThat(member.proposals).isEmpty();
    }

    @Test
    void httpErrorsAreThoseOfTheGateway() throws Exception {
        HttpResponse<String> get = send("GET", "/v3/kv/range", "");
        assertThat(get.statusCode()).isEqualTo(501);
        assertThat(get.body()).isEqualTo("{\"code\":12,\"message\":\"Method Not Allowed\"}");
        HttpResponse<String> unknown = send("POST", "/v3/nothing", "{}");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo("{\"code\":5,\"message\":\"Not Found\"}");
        HttpResponse<String> root = send("GET", "/", "");
        assertThat(root.statusCode()).isEqualTo(404);
        assertThat(root.body()).isEqualTo("404 page not found\n");
        HttpResponse<String> malformed = send("POST", "/v3/kv/range", "{bad");
        assertThat(malformed.statusCode()).isEqualTo(400);
        assertThat(malformed.body())
                .isEqualTo(
                        "{\"code\":3,\"message\":\"invalid character 'b' looking for beginning of object key"
                                + " string\"}");
        HttpResponse<String> options = send("OPTIONS", "/anything", "");
        assertThat(options.statusCode()).isEqualTo(200);
        assertThat(options.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
    }

    @Test
    void learnersServeFewMethods() {
        member.learner = true;
        assertThatThrownBy(() ->
                        ClusterGrpc.newBlockingStub(channel)
                                .memberList(MemberListRequest.getDefaultInstance()))
                .hasMessageContaining("etcdserver: rpc not supported for learner");
    }

    @Test
    void nothingIsServedBeforeTheClusterHasAVersion() {
        member.clusterVersion = null;
        assertThatThrownBy(() ->
                        ClusterGrpc.newBlockingStub(channel)
                                .memberList(MemberListRequest.getDefaultInstance()))
                .hasMessageContaining("etcdserver: not capable");
    }

    @Test
    void unknownMethodsAreUnimplemented() throws Exception {
        HttpResponse<String> notBound = send("POST", "/v3/lock/lock", "{}");
        assertThat(notBound.statusCode()).isEqualTo(501);
    }

    @Test
    void everyWatcherOfAStreamGetsMessagesOfItsOwn() throws Exception {
        int watchers = 300;
        ByteString key = ByteString.copyFromUtf8("watched");
        byte[] value = new byte[1000];
        BlockingQueue<WatchResponse> received = new LinkedBlockingQueue<>();
        StreamObserver<WatchRequest> requests =
                WatchGrpc.newStub(channel).watch(new Collector(received));
        for (int i = 0; i < watchers; i++) {
            requests.onNext(
                    WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                            .build());
        }
        for (int i = 0; i < watchers; i++) {
            assertThat(next(received).getCreated()).isTrue();
        }
        for (int put = 0; put < 3; put++) {
            value[0] = (byte) put;
            backend.beginEntry(backend.consistentIndex() + 1, 1);
            try (WriteView txn = store.write()) {
                txn.put(key.toByteArray(), value.clone(), 0);
            } finally {
                backend.endEntry();
            }
            Set<Long> told = new HashSet<>();
            for (int i = 0; i < watchers; i++) {
                WatchResponse response = next(received);
                assertThat(response.getEventsCount()).isEqualTo(1);
                assertThat(response.getEvents(0).getKv().getValue().toByteArray()).isEqualTo(value);
                assertThat(response.getHeader().getRevision()).isEqualTo(put + 2);
                told.add(response.getWatchId());
            }
            assertThat(told).hasSize(watchers);
        }
        requests.onCompleted();
    }

    private static WatchResponse next(BlockingQueue<WatchResponse> received)
            throws InterruptedException {
        return Objects.requireNonNull(received.poll(10, TimeUnit.SECONDS), "no response");
    }

    private record Collector(BlockingQueue<WatchResponse> received)
            implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {
            received.add(response);
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {}
    }
}
