package dev.plinth.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.server.testing.CapturedLog;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SlowCallsTest {
    private static final long MILLI = 1_000_000L;

    private final CapturedLog log = new CapturedLog();
    private final SlowCalls calls = new SlowCalls(() -> 0, () -> 0, 300 * MILLI, log.log());

    @Test
    void theStepsOfAReadAreToldApart() {
        calls.trace(
                "etcdserverpb.KV/Range",
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build(),
                Instant.EPOCH,
                new CallTimes(7, 7 + 20 * MILLI, 7 + 110 * MILLI),
                7 + 150 * MILLI);
        assertThat(log.text())
                .contains("\"level\":\"info\"")
                .contains("\"msg\":\"trace[7] range\"")
                .contains("\"detail\":\"{key:\\\"k\\\"}\"")
                .contains("\"duration\":\"150ms\"")
                .contains("\"start\":\"1970-01-01T00:00:00Z\"")
                .contains("\"end\":\"1970-01-01T00:00:00.150Z\"")
                .contains(
                        "trace[7] 'agreement among raft nodes before linearized reading'  (duration:"
                                + " 20ms)")
                .contains("trace[7] 'range keys from index and store'  (duration: 90ms)")
                .contains("trace[7] 'send answer'  (duration: 40ms)")
                .contains("\"step_count\":3");
    }

    @Test
    void aWriteIsOneStepAndShowsNoValue() {
        calls.trace(
                "etcdserverpb.KV/Put",
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setValue(ByteString.copyFromUtf8("secret"))
                        .build(),
                Instant.EPOCH,
                new CallTimes(7, 0, 0),
                7 + 150 * MILLI);
        assertThat(log.text())
                .contains("trace[7] put")
                .contains("'process raft request'  (duration: 150ms)")
                .contains("\"step_count\":1")
                .doesNotContain("secret");
    }

    @Test
    void whatDoesNotTouchKeysHasNoTrace() {
        calls.trace(
                "etcdserverpb.Auth/AuthStatus",
                null,
                Instant.EPOCH,
                new CallTimes(7, 0, 0),
                7 + 150 * MILLI);
        assertThat(log.text()).isEmpty();
    }
}
