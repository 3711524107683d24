package dev.plinth.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a lease is renewed, and when it counts as lost. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class KeepAliveHubTest {
    private static final long LEASE = 7;

    private final FakeServer server = new FakeServer();
    private final PlinthClient client = PlinthClient.of(server.endpoint());

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static LeaseKeepAliveResponse left(long lease, long seconds) {
        return LeaseKeepAliveResponse.newBuilder().setID(lease).setTTL(seconds).build();
    }

    @Test
    void severalOnOneLeaseShareRenewalsAndTheEndOfThem() throws InterruptedException {
        KeepAlive first = client.leases().keepAlive(LEASE);
        var stream = server.renewals.take();
        assertThat(stream.asked().take().getID()).isEqualTo(LEASE);
        KeepAlive second = client.leases().keepAlive(LEASE);
        stream.answers().onNext(left(LEASE, 1));
        // Three times within its time to live: not before the first has been answered.
        assertThat(stream.asked().take().getID()).isEqualTo(LEASE);
        first.close();
        assertThat(first.lost().join()).isEqualTo(LossReason.CLOSED);
        assertThat(second.isAlive()).isTrue();
        stream.answers().onNext(left(LEASE, 0));
        assertThat(second.lost().join()).isEqualTo(LossReason.EXPIRED);
    }

    @Test
    void aLostStreamIsOpenedAgainForAllLeases() throws InterruptedException {
        try (KeepAlive one = client.leases().keepAlive(LEASE);
                KeepAlive two = client.leases().keepAlive(LEASE + 1)) {
            var stream = server.renewals.take();
            stream.answers().onError(Status.UNAVAILABLE.asRuntimeException());
            var again = server.renewals.take();
            LeaseKeepAliveRequest first = again.asked().take();
            assertThat(first.getID() + again.asked().take().getID()).isEqualTo(2 * LEASE + 1);
            assertThat(one.isAlive()).isTrue();
            assertThat(two.isAlive()).isTrue();
        }
    }

    @Test
    void whatNobodyAnswersIsLost() throws InterruptedException {
        try (PlinthClient hasty =
                        PlinthClient.builder(server.endpoint())
                                .defaultDeadline(Duration.ofMillis(300))
                                .build();
                KeepAlive lease = hasty.leases().keepAlive(LEASE)) {
            assertThat(server.renewals.take().asked().take().getID()).isEqualTo(LEASE);
            assertThat(lease.lost().join()).isEqualTo(LossReason.NOT_RENEWED_IN_TIME);
        }
    }

    @Test
    void aRefusalIsTold() throws InterruptedException {
        try (KeepAlive lease = client.leases().keepAlive(LEASE)) {
            server.renewals
                    .take()
                    .answers()
                    .onError(
                            Status.PERMISSION_DENIED
                                    .withDescription("etcdserver: permission denied")
                                    .asRuntimeException());
            assertThat(lease.lost().join()).isEqualTo(LossReason.REFUSED);
        }
    }

    @Test
    void aClosedClientRenewsNothing() {
        KeepAlive before = client.leases().keepAlive(LEASE);
        client.close();
        assertThat(before.lost().join()).isEqualTo(LossReason.CLOSED);
        assertThat(client.leases().keepAlive(LEASE).lost().join()).isEqualTo(LossReason.CLOSED);
    }
}
