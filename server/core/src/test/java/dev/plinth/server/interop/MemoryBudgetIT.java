package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with a heap that is smaller than its data, asked at once for many times what it could
 * hold: it refuses early, what it does answer is right, it lives, and lets go of everything.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class MemoryBudgetIT {
    private static final int HEAP_MEBIBYTES = 128;
    private static final int BUDGET_BYTES = 16 << 20;
    private static final int VALUE_BYTES = 1 << 20;
    private static final int KEYS = 160;
    private static final ByteString END = ByteString.copyFromUtf8("k0");

    private ServerProcess plinth;
    private ManagedChannel channel;
    private KVGrpc.KVFutureStub keys;

    @BeforeAll
    void load(@TempDir Path dir) throws Exception {
        plinth =
                ServerProcess.plinthIn(
                        Map.of("PLINTH_JAVA_OPTS", "-Xmx" + HEAP_MEBIBYTES + "m"),
                        dir,
                        "--memory-budget-bytes=" + BUDGET_BYTES);
        channel =
                NettyChannelBuilder.forTarget(plinth.endpoint())
                        .usePlaintext()
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .build();
        keys = KVGrpc.newFutureStub(channel);
        for (int i = 0; i < KEYS; i++) {
            var _ = keys.put(put(i)).get();
        }
    }

    @AfterAll
    void stop() {
        if (channel != null) {
            channel.shutdownNow();
        }
        if (plinth != null) {
            plinth.close();
        }
    }

    private static ByteString key(int i) {
        return ByteString.copyFromUtf8("k/%03d".formatted(i));
    }

    private static ByteString value(int i) {
        byte[] value = new byte[VALUE_BYTES];
        Arrays.fill(value, (byte) i);
        return ByteString.copyFrom(value);
    }

    private static PutRequest put(int i) {
        return PutRequest.newBuilder().setKey(key(i)).setValue(value(i)).build();
    }

    private static RangeRequest.Builder all() {
        return RangeRequest.newBuilder().setKey(key(0)).setRangeEnd(END);
    }

    /** How many calls were answered; the others were refused for lack of memory. */
    private static <T> int answered(List<ListenableFuture<T>> calls, Function<T, Boolean> isRight)
            throws InterruptedException {
        int answered = 0;
        for (ListenableFuture<T> call : calls) {
            try {
                assertThat(isRight.apply(call.get())).isTrue();
                answered++;
            } catch (ExecutionException e) {
                Status status = Status.fromThrowable(e);
                assertThat(status.getCode())
                        .as("%s", status)
                        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(status.getDescription())
                        .startsWith("etcdserver: plinth: memory budget exceeded: ");
            }
        }
        return answered;
    }

    @Test
    void sortedListsThatDoNotFitAreRefused() throws Exception {
        List<ListenableFuture<RangeResponse>> lists = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            lists.add(
                    keys.range(
                            all().setSortOrder(RangeRequest.SortOrder.DESCEND)
                                    .setSortTarget(RangeRequest.SortTarget.VALUE)
                                    .build()));
        }
        assertThat(answered(lists, _ -> true)).isZero();
        assertThat(metric("plinth_memory_refusals{use=\"read\"}")).isGreaterThanOrEqualTo(20);
        assertAliveAndEmpty();
    }

    @Test
    void transactionsThatReadMoreThanFitsAreRefused() throws Exception {
        TxnRequest both =
                TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder().setRequestRange(all()))
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put(0)))
                        .build();
        TxnRequest reading =
                TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder().setRequestRange(all()))
                        .build();
        for (TxnRequest request : List.of(both, reading)) {
            List<ListenableFuture<TxnResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                calls.add(keys.txn(request));
            }
            assertThat(answered(calls, _ -> true)).isZero();
        }
        assertAliveAndEmpty();
    }

    @Test
    void listsOfAnySizeAreSentInPieces() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(answered(List.of(keys.range(all().build())), MemoryBudgetIT::isWhole))
                    .isEqualTo(1);
        }
        assertAliveAndEmpty();
    }

    private static boolean isWhole(RangeResponse response) {
        for (int i = 0; i < KEYS; i++) {
            if (!response.getKvs(i).getValue().equals(value(i))) {
                return false;
            }
        }
        return response.getKvsCount() == KEYS;
    }

    @Test
    void manyLargeReadsAndWritesAtOnce() throws Exception {
        for (int round = 0; round < 3; round++) {
            List<ListenableFuture<RangeResponse>> reads = new ArrayList<>();
            List<ListenableFuture<PutResponse>> writes = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                reads.add(keys.range(RangeRequest.newBuilder().setKey(key(i)).build()));
                writes.add(keys.put(put(i)));
            }
            assertThat(answered(reads, response -> response.getKvsCount() == 1)).isPositive();
            assertThat(answered(writes, _ -> true)).isPositive();
        }
        assertAliveAndEmpty();
    }

    @Test
    void watchersThatDoNotReadHoldNoMoreThanTheBudget() throws Exception {
        int streams = 40;
        List<Slow> slow = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            slow.add(new Slow(channel));
        }
        for (Slow each : slow) {
            each.created.await();
        }
        int written = 0;
        for (int i = 0; i < 60; i++) {
            written += answered(List.of(keys.put(put(i % KEYS))), _ -> true);
        }
        assertThat(written).isPositive();
        assertThat(metric("plinth_memory_charged_bytes{use=\"watch\"}"))
                .isBetween(1L, BUDGET_BYTES + (long) streams * (VALUE_BYTES + 1024));
        slow.forEach(Slow::cancel);
        assertAliveAndEmpty();
    }

    /** A watcher of everything that takes nothing after the confirmation. */
    private static final class Slow extends ClientCall.Listener<WatchResponse> {
        final CountDownLatch created = new CountDownLatch(1);
        private final ClientCall<WatchRequest, WatchResponse> call;

        Slow(ManagedChannel channel) {
            call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(1);
            call.sendMessage(
                    WatchRequest.newBuilder()
                            .setCreateRequest(
                                    WatchCreateRequest.newBuilder().setKey(key(0)).setRangeEnd(END))
                            .build());
        }

        @Override
        public void onMessage(WatchResponse response) {
            created.countDown();
        }

        void cancel() {
            call.cancel("seen enough", null);
        }
    }

    /** The server answers, and comes to hold nothing; each look is a call that it has to answer. */
    private void assertAliveAndEmpty() throws Exception {
        assertThat(plinth.handle().isAlive()).isTrue();
        long held = 1;
        for (int looks = 0; looks < 2000 && held != 0; looks++) {
            held = 0;
            for (String use : List.of("request", "read", "write", "watch")) {
                held += metric("plinth_memory_charged_bytes{use=\"" + use + "\"}");
            }
        }
        assertThat(held).isZero();
        RangeResponse one = keys.range(RangeRequest.newBuilder().setKey(key(7)).build()).get();
        assertThat(one.getKvs(0).getValue()).isEqualTo(value(7));
    }

    private long metric(String name) {
        Matcher line =
                Pattern.compile("^" + Pattern.quote(name) + " (\\S+)$", Pattern.MULTILINE)
                        .matcher(Http.get(plinth, "/metrics"));
        assertThat(line.find()).as(name).isTrue();
        return (long) Double.parseDouble(line.group(1));
    }
}
