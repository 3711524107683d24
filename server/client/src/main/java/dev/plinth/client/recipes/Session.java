package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeepAlive;
import dev.plinth.client.Lease;
import dev.plinth.client.LossReason;
import dev.plinth.client.PlinthClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A program's presence in the cluster: a lease that is kept alive. What it holds, locks and
 * leaderships, goes with it. Any thread.
 */
public final class Session implements AutoCloseable {
    /** How long etcd's own client lets a session live without renewal. */
    public static final Duration TTL_DEFAULT = Duration.ofSeconds(60);

    private final PlinthClient client;
    private final Lease lease;
    private final KeepAlive alive;

    private Session(PlinthClient client, Lease lease) {
        this.client = client;
        this.lease = lease;
        this.alive = lease.keepAlive();
    }

    /**
     * Begins a session.
     *
     * @param ttl how long it lives when the program is not heard of, whole seconds
     * @throws EtcdException if the lease is not granted
     */
    public static Session open(PlinthClient client, Duration ttl) {
        return new Session(client, client.leases().grant(ttl));
    }

    /** A session with {@link #TTL_DEFAULT}. */
    public static Session open(PlinthClient client) {
        return open(client, TTL_DEFAULT);
    }

    /** Id of the lease, for keys that are to go with the session. */
    public long lease() {
        return lease.id();
    }

    /** The client that it was opened with. */
    public PlinthClient client() {
        return client;
    }

    /** Whether the session lives as far as this program knows. */
    public boolean isAlive() {
        return alive.isAlive();
    }

    /** Completes when the session is lost or closed; stages run on virtual threads. */
    public CompletableFuture<LossReason> lost() {
        return alive.lost();
    }

    /** A lock that all who name it the same contend for. */
    public Mutex mutex(Bytes name) {
        return new Mutex(this, name);
    }

    /** An election that all who name it the same stand in. */
    public Election election(Bytes name) {
        return new Election(this, name);
    }

    /** Renews no more, but leaves the lease, and all that goes with it, to run out by itself. */
    public void orphan() {
        alive.close();
    }

    /** Ends the session and all that goes with it, at once if a server can be reached. */
    @Override
    public void close() {
        alive.close();
        try {
            lease.revoke();
        } catch (EtcdException.LeaseNotFound | EtcdException.Unavailable _) {
            // It is gone, or goes within its time to live.
        } catch (EtcdException.DeadlineExceeded _) {
            // It goes within its time to live.
        }
    }
}
