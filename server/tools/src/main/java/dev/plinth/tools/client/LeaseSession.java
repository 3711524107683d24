package dev.plinth.tools.client;

import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import java.util.concurrent.CompletableFuture;

/** A lease of one's own that a thread keeps alive until it is lost or the session is closed. */
public final class LeaseSession implements AutoCloseable {
    private static final long TTL_DEFAULT_SECONDS = 60;

    private final long lease;
    private final LeaseRenewal renewal;
    private final Thread thread;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    private LeaseSession(EtcdClient client, long lease) {
        this.lease = lease;
        this.renewal = new LeaseRenewal(client, lease);
        this.thread = Thread.ofVirtual().unstarted(this::renew);
    }

    /** A new lease; a time to live of no second or less asks for the default. */
    public static LeaseSession begin(EtcdClient client, long ttlSeconds) throws CallFailure {
        long ttl = ttlSeconds <= 0 ? TTL_DEFAULT_SECONDS : ttlSeconds;
        LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(ttl).build();
        long lease = client.call(LeaseGrpc.getLeaseGrantMethod(), request, null).getID();
        LeaseSession session = new LeaseSession(client, lease);
        session.thread.start();
        return session;
    }

    private void renew() {
        try (renewal) {
            boolean goesOn = true;
            while (goesOn) {
                goesOn = renewal.next() != null;
            }
            lost.complete(null);
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    /** Id of the lease. */
    public long lease() {
        return lease;
    }

    /** Completes when the lease is gone or could not be renewed in time. */
    public CompletableFuture<Void> lost() {
        return lost;
    }

    /** Renews no more; the lease runs out by itself. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
