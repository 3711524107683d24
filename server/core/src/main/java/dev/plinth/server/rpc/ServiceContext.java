package dev.plinth.server.rpc;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.apply.AlarmStore;
import dev.plinth.server.apply.ApplyRecorder;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Passwords;
import dev.plinth.server.core.ClusterCalls;
import dev.plinth.server.core.LeaseCalls;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.maintenance.Downgrades;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.quota.BackendQuota;
import dev.plinth.server.quota.MemoryBudget;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What the services stand on; made once at start.
 *
 * @param member the local member
 * @param store the key-value store
 * @param backend the present database; another one after a snapshot from the leader
 * @param lessor the leases
 * @param leaderLeases asks whichever member leads about leases
 * @param cluster changes of the members and of the leader
 * @param downgrades takes the cluster to the version before
 * @param alarms the alarms
 * @param auth users, roles and tokens
 * @param passwords hashes passwords
 * @param quota the bound on the database's size
 * @param memory what requests may hold in memory
 * @param limits sizes and times
 * @param reads runs reads that are too long for a socket's event loop; platform threads
 * @param deliveries sends what watch streams have to send, so that no read goes before it; platform
 *     threads
 * @param listTurns how many long lists are worked on at once, the others waiting for their turn
 * @param background runs rare calls that wait; virtual threads
 * @param timer short tasks at a given time
 * @param nanoClock monotonic time
 * @param random for jitter and tokens
 * @param metrics what the services tell about themselves
 * @param recorder told of reads
 * @param slowCalls told of calls that took long
 */
public record ServiceContext(
        LocalMember member,
        KeyValueStore store,
        Supplier<Backend> backend,
        Lessor lessor,
        LeaseCalls leaderLeases,
        ClusterCalls cluster,
        Downgrades downgrades,
        AlarmStore alarms,
        AuthStore auth,
        Passwords passwords,
        BackendQuota quota,
        MemoryBudget memory,
        ServiceLimits limits,
        Executor reads,
        Executor deliveries,
        Semaphore listTurns,
        Executor background,
        ScheduledExecutorService timer,
        LongSupplier nanoClock,
        RandomGenerator random,
        Metrics metrics,
        ApplyRecorder recorder,
        SlowCalls slowCalls) {}
