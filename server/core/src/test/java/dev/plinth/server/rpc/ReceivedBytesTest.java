package dev.plinth.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReceivedBytesTest {
    private static final int BUDGET = 10_000;

    private final MemoryBudget memory = new MemoryBudget(BUDGET);
    private final ReceivedBytes factory = new ReceivedBytes(memory);
    private final List<RefusedException> refusals = new ArrayList<>();

    private ServerStreamTracer call() {
        return factory.newServerStreamTracer("etcdserverpb.KV/Put", new Metadata());
    }

    private ServerStreamTracer refusable() {
        ServerStreamTracer call = call();
        call.filterContext(Context.ROOT).run(() -> ReceivedBytes.onExcess(refusals::add));
        return call;
    }

    private long charged() {
        return memory.chargedBytes(Use.REQUESTS);
    }

    @Test
    void smallMessagesAreFree() {
        ServerStreamTracer call = refusable();
        for (int i = 0; i < 1000; i++) {
            call.inboundWireSize(800);
            call.inboundMessageRead(i, 800, 800);
        }
        assertThat(charged()).isZero();
        assertThat(refusals).isEmpty();
    }

    @Test
    void aLargeRequestIsChargedUntilItIsWhole() {
        ServerStreamTracer call = refusable();
        call.inboundWireSize(3000);
        assertThat(charged()).isEqualTo(3000 + 128 - 1024);
        call.inboundWireSize(3000);
        assertThat(charged()).isEqualTo(6000 + 256 - 1024);
        call.inboundMessageRead(0, 6000, 6000);
        assertThat(charged()).isZero();
        call.streamClosed(Status.OK);
        assertThat(charged()).isZero();
        assertThat(refusals).isEmpty();
    }

    @Test
    void whatDoesNotFitIsRefusedAndLetGo() {
        ServerStreamTracer first = refusable();
        ServerStreamTracer second = refusable();
        first.inboundWireSize(8000);
        second.inboundWireSize(2000);
        long before = charged();
        second.inboundWireSize(5000);
        assertThat(refusals)
                .singleElement()
                .extracting(RefusedException::error)
                .isEqualTo(EtcdError.MEMORY_BUDGET_EXCEEDED);
        assertThat(charged()).isEqualTo(8000 + 128 - 1024).isLessThan(before);
        // What comes until the sender hears of it.
        second.inboundWireSize(5000);
        second.inboundMessageRead(0, 12_000, 12_000);
        second.streamClosed(Status.RESOURCE_EXHAUSTED);
        assertThat(refusals).hasSize(1);
        first.streamClosed(Status.CANCELLED);
        assertThat(charged()).isZero();
    }

    @Test
    void streamsAreChargedButNotRefused() {
        ServerStreamTracer stream = call();
        stream.inboundWireSize(3 * BUDGET);
        assertThat(charged()).isGreaterThan(BUDGET);
        assertThat(memory.tryCharge(Use.READS, 1)).isFalse();
        stream.inboundMessageRead(0, 3 * BUDGET, 3 * BUDGET);
        assertThat(memory.tryCharge(Use.READS, 1)).isTrue();
        stream.streamClosed(Status.OK);
        assertThat(charged()).isZero();
    }
}
