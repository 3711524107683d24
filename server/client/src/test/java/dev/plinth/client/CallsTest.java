package dev.plinth.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.AuthenticateResponse;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is repeated and what is not, tokens, servers that come and go, views. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CallsTest {
    private static final Bytes KEY = Bytes.of("k");
    private static final Bytes VALUE = Bytes.of("v");

    private static StatusRuntimeException refusal(Reason reason) {
        return reason.code().toStatus().withDescription(reason.text()).asRuntimeException();
    }

    private static RangeResponse at(long revision) {
        return RangeResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                .build();
    }

    private static Function<Object, RangeResponse> answers(Object... inTurn) {
        Deque<Object> left = new ArrayDeque<>(List.of(inTurn));
        return _ ->
                switch (left.size() > 1 ? left.poll() : left.peek()) {
                    case Reason reason -> throw refusal(reason);
                    case RangeResponse response -> response;
                    case null, default -> throw new AssertionError("no such answer");
                };
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aReadIsRepeatedWhileServersAreUnavailable() {
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onRange = answers(Reason.NO_LEADER, Reason.TIMEOUT, at(7))::apply;
            assertThat(client.kv().range(Range.key(KEY)).header().revision()).isEqualTo(7);
            assertThat(server.ranges).hasSize(3);
        }
    }

    @Test
    void repetitionsEnd() {
        try (FakeServer server = new FakeServer();
                PlinthClient client =
                        PlinthClient.builder(server.endpoint())
                                .retry(new RetryPolicy(4, Duration.ZERO, 0))
                                .build()) {
            server.onRange = answers(Reason.NO_LEADER)::apply;
            assertThatThrownBy(() -> client.kv().get(KEY))
                    .isInstanceOf(EtcdException.Unavailable.class)
                    .hasMessage(Reason.NO_LEADER.text());
            assertThat(server.ranges).hasSize(4);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_LEADER", "LEADER_CHANGED", "TIMEOUT", "STOPPED"})
    void aWriteThatWasSentIsNeverRepeated(Reason reason) {
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onPut =
                    _ -> {
                        throw refusal(reason);
                    };
            assertThatThrownBy(() -> client.kv().put(KEY, VALUE))
                    .isInstanceOfSatisfying(
                            EtcdException.OutcomeUnknown.class,
                            failure -> assertThat(failure.reason()).isEqualTo(reason));
            assertThat(server.puts).hasSize(1);
        }
    }

    @Test
    void aWriteThatWasRefusedByAMemberThatHasJustStartedIsRepeated() {
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onPut =
                    _ -> {
                        if (server.puts.size() < 3) {
                            throw refusal(Reason.NOT_CAPABLE);
                        }
                        return PutResponse.getDefaultInstance();
                    };
            client.kv().put(KEY, VALUE);
            assertThat(server.puts).hasSize(3);
        }
    }

    @Test
    void aWriteWhoseServerIsLostHasAnUnknownOutcome() {
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onPut =
                    _ -> {
                        server.stop();
                        throw Status.UNAVAILABLE.asRuntimeException();
                    };
            assertThatThrownBy(() -> client.kv().put(KEY, VALUE))
                    .isInstanceOf(EtcdException.OutcomeUnknown.class);
            assertThat(server.puts).hasSize(1);
        }
    }

    @Test
    void aWriteThatFoundNoServerWasCertainlyNotDone() throws IOException {
        try (PlinthClient client = PlinthClient.of("127.0.0.1:" + unusedPort())) {
            PlinthClient hasty =
                    client.with(CallOptions.DEFAULT.withDeadline(Duration.ofMillis(50)));
            assertThatThrownBy(() -> hasty.kv().put(KEY, VALUE))
                    .isInstanceOf(EtcdException.DeadlineExceeded.class);
        }
    }

    @Test
    void aWriteThatFailsForNoKnownReasonMayHaveBeenDone() {
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onPut =
                    _ -> {
                        throw Status.UNKNOWN.withDescription("hm").asRuntimeException();
                    };
            assertThatThrownBy(() -> client.kv().put(KEY, VALUE))
                    .isInstanceOf(EtcdException.OutcomeUnknown.class);
        }
    }

    @Test
    void aConnectionThatBreaksUnderAWriteIsUnavailable() {
        Status broken =
                Status.UNKNOWN
                        .withDescription("channel closed")
                        .withCause(new ClosedChannelException());
        assertThat(Calls.understood(broken).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(Calls.understood(Status.UNKNOWN).getCode()).isEqualTo(Status.Code.UNKNOWN);
    }

    @Test
    void refusalsComeAsTheirTypes() {
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onRange = answers(Reason.COMPACTED)::apply;
            assertThatThrownBy(() -> client.kv().get(KEY))
                    .isInstanceOf(EtcdException.Compacted.class);
            server.onRange = answers(Reason.PERMISSION_DENIED)::apply;
            assertThatThrownBy(() -> client.kv().get(KEY))
                    .isInstanceOf(EtcdException.PermissionDenied.class);
            server.onRange = answers(Reason.KEY_NOT_PROVIDED)::apply;
            assertThatThrownBy(() -> client.kv().get(Bytes.EMPTY))
                    .isInstanceOfSatisfying(
                            EtcdException.Refused.class,
                            failure ->
                                    assertThat(failure.reason())
                                            .isEqualTo(Reason.KEY_NOT_PROVIDED));
        }
    }

    @Test
    void callsGoToTheServerThatIsLeft() throws IOException {
        try (FakeServer server = new FakeServer();
                PlinthClient client =
                        PlinthClient.of("127.0.0.1:" + unusedPort(), server.endpoint())) {
            for (int i = 0; i < 10; i++) {
                client.kv().put(KEY, VALUE);
            }
            assertThat(server.puts).hasSize(10);
        }
    }

    @Test
    void callsAreSpreadOverAllServers() {
        try (FakeServer one = new FakeServer();
                FakeServer two = new FakeServer();
                PlinthClient client = PlinthClient.of(one.endpoint(), two.endpoint())) {
            while (one.puts.isEmpty() || two.puts.isEmpty()) {
                client.kv().put(KEY, VALUE);
            }
            int before = one.puts.size();
            for (int i = 0; i < 100; i++) {
                client.kv().put(KEY, VALUE);
            }
            assertThat(one.puts.size() - before).isEqualTo(50);
        }
    }

    @Test
    void aServerThatIsNotWellIsLeft() {
        try (FakeServer one = new FakeServer();
                FakeServer two = new FakeServer();
                PlinthClient client = PlinthClient.of(one.endpoint(), two.endpoint())) {
            one.health.setStatus("", ServingStatus.NOT_SERVING);
            while (two.puts.isEmpty()) {
                client.kv().put(KEY, VALUE);
            }
            for (int i = 0; i < 10; i++) {
                client.kv().put(KEY, VALUE);
            }
            assertThat(one.puts).isEmpty();
            one.health.setStatus("", ServingStatus.SERVING);
            while (one.puts.isEmpty()) {
                client.kv().put(KEY, VALUE);
            }
        }
    }

    @Test
    void newEndpointsAreUsedAtOnceAndOldOnesLeft() {
        try (FakeServer one = new FakeServer();
                FakeServer two = new FakeServer();
                PlinthClient client = PlinthClient.of(one.endpoint())) {
            client.kv().put(KEY, VALUE);
            client.endpoints(List.of(two.endpoint()));
            assertThat(client.endpoints()).containsExactly(two.endpoint());
            while (two.puts.isEmpty()) {
                client.kv().put(KEY, VALUE);
            }
            int before = one.puts.size();
            client.kv().put(KEY, VALUE);
            assertThat(one.puts).hasSize(before);
        }
    }

    @Test
    void aTokenThatIsRefusedIsReplacedOnce() {
        AtomicInteger logins = new AtomicInteger();
        try (FakeServer server = new FakeServer();
                PlinthClient client =
                        PlinthClient.builder(server.endpoint())
                                .user("alice", "pw".toCharArray())
                                .build()) {
            server.onAuthenticate =
                    request -> {
                        assertThat(request.getName()).isEqualTo("alice");
                        assertThat(request.getPassword()).isEqualTo("pw");
                        return AuthenticateResponse.newBuilder()
                                .setToken("t" + logins.incrementAndGet())
                                .build();
                    };
            client.kv().put(KEY, VALUE);
            server.onPut =
                    _ -> {
                        if (server.tokens.getLast().equals("t1")) {
                            throw refusal(Reason.INVALID_AUTH_TOKEN);
                        }
                        return PutResponse.getDefaultInstance();
                    };
            client.kv().put(KEY, VALUE);
            client.kv().put(KEY, VALUE);
            assertThat(server.tokens).containsExactly("", "t1", "t1", "", "t2", "t2");
        }
    }

    @Test
    void aServerWithoutAuthenticationTakesAnyUser() {
        try (FakeServer server = new FakeServer();
                PlinthClient client =
                        PlinthClient.builder(server.endpoint())
                                .user("alice", "pw".toCharArray())
                                .build()) {
            server.onAuthenticate =
                    _ -> {
                        throw refusal(Reason.AUTH_NOT_ENABLED);
                    };
            client.kv().put(KEY, VALUE);
            assertThat(server.tokens).containsExactly("", "");
        }
    }

    @Test
    void aWrongPasswordFailsTheCall() {
        try (FakeServer server = new FakeServer();
                PlinthClient client =
                        PlinthClient.builder(server.endpoint())
                                .user("alice", "pw".toCharArray())
                                .build()) {
            server.onAuthenticate =
                    _ -> {
                        throw refusal(Reason.AUTHENTICATION_FAILED);
                    };
            assertThatThrownBy(() -> client.kv().put(KEY, VALUE))
                    .isInstanceOf(EtcdException.PermissionDenied.class)
                    .hasMessage(Reason.AUTHENTICATION_FAILED.text());
            assertThat(server.puts).isEmpty();
        }
    }

    @Test
    void cancellingAFutureCancelsTheCall() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onRange =
                    request -> {
                        io.grpc.Context.current()
                                .addListener(_ -> cancelled.countDown(), Runnable::run);
                        asked.countDown();
                        try {
                            cancelled.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return RangeResponse.getDefaultInstance();
                    };
            CompletableFuture<?> read = client.kv().async().range(Range.key(KEY));
            asked.await();
            read.cancel(true);
            assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void anOrderedViewAsksAgainUntilTheAnswerIsNotOlder() {
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onRange = answers(at(9), at(5), at(6), at(9), at(10), at(3))::apply;
            PlinthClient ordered = client.ordered();
            Range read = Range.key(KEY).serializable();
            assertThat(ordered.kv().range(read).header().revision()).isEqualTo(9);
            assertThat(ordered.kv().range(read).header().revision()).isEqualTo(9);
            assertThat(server.ranges).hasSize(4);
            assertThat(ordered.kv().range(read).header().revision()).isEqualTo(10);
            assertThatThrownBy(() -> ordered.kv().range(read))
                    .isInstanceOfSatisfying(
                            EtcdException.class,
                            failure ->
                                    assertThat(failure.reason()).isEqualTo(Reason.STALE_MEMBERS));
            assertThat(server.ranges).hasSize(10);
        }
    }

    @Test
    void aNamespaceIsPutOnAndTakenOff() {
        try (FakeServer server = new FakeServer();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            server.onRange =
                    request ->
                            RangeResponse.newBuilder()
                                    .addKvs(
                                            dev.plinth.api.mvccpb.KeyValue.newBuilder()
                                                    .setKey(request.getKey()))
                                    .build();
            Kv kv = client.namespace(Bytes.of("a/")).namespace(Bytes.of("b/")).kv();
            assertThat(kv.get(KEY).orElseThrow().key()).isEqualTo(KEY);
            kv.range(Range.all());
            kv.range(Range.prefix(KEY));
            kv.range(Range.of(KeyRange.from(KEY)));
            kv.txn(Txn.when(Cmp.absent(KEY)).then(Put.of(KEY, VALUE), Txn.of(Range.key(KEY))));
            assertThat(server.ranges)
                    .extracting(request -> request.getKey().toStringUtf8())
                    .containsExactly("a/b/k", "a/b/", "a/b/k", "a/b/k");
            assertThat(server.ranges)
                    .extracting(request -> request.getRangeEnd().toStringUtf8())
                    .containsExactly("", "a/b0", "a/b/l", "a/b0");
            assertThat(server.txns.getFirst().getCompare(0).getKey())
                    .isEqualTo(ByteString.copyFromUtf8("a/b/k"));
            assertThat(
                            server.txns
                                    .getFirst()
                                    .getSuccess(1)
                                    .getRequestTxn()
                                    .getSuccess(0)
                                    .getRequestRange()
                                    .getKey())
                    .isEqualTo(ByteString.copyFromUtf8("a/b/k"));
            assertThatThrownBy(() -> kv.put(Bytes.EMPTY, VALUE))
                    .hasMessage(Reason.KEY_NOT_PROVIDED.text());
        }
    }

    @Test
    void aClosedClientCancelsWhatIsUnderWay() throws IOException {
        PlinthClient client = PlinthClient.of("127.0.0.1:" + unusedPort());
        CompletableFuture<?> read = client.kv().async().get(KEY);
        client.close();
        assertThatThrownBy(read::join).hasCauseInstanceOf(EtcdException.class);
    }
}
