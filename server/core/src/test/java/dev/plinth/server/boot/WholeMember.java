package dev.plinth.server.boot;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.auth.Passwords;
import dev.plinth.server.config.ConfigException;
import dev.plinth.server.config.ConfigRules;
import dev.plinth.server.config.FlagException;
import dev.plinth.server.config.FlagParser;
import dev.plinth.server.config.FlagTable;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.consensus.Agent;
import dev.plinth.server.consensus.Consensus;
import dev.plinth.server.consensus.ConsensusMember;
import dev.plinth.server.consensus.EntryLog;
import dev.plinth.server.consensus.MessageReceiver;
import dev.plinth.server.consensus.PeerTransport;
import dev.plinth.server.core.LeaseCalls;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.maintenance.LeaseReaper;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.peer.SnapshotSink;
import dev.plinth.server.peer.SnapshotSource;
import dev.plinth.server.rpc.OwnLeases;
import dev.plinth.server.storage.DataDir;
import dev.plinth.server.storage.EngineOptions;
import dev.plinth.server.storage.FoundLog;
import dev.plinth.server.storage.WalEntryLog;
import dev.plinth.walio.WalObserver;
import dev.plinth.walio.WalOptions;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One life of a member, from the opening of its files to its end: the parts that a server is made
 * of, without sockets and threads. Who starts it gives each loop its turns, on one thread.
 */
public final class WholeMember {
    /** The loops of a member, each with a thread of its own in a server. */
    public enum Loop {
        RAFT,
        WAL,
        APPLY,
        COMMITTER,
        COMPACTOR,
        WATCHES,
        MAINTENANCE
    }

    /** Connects a member with the others. */
    public interface Network {
        /** Gives what the member sends a way, and takes the ends of its own ways in. */
        PeerTransport connect(
                MessageReceiver receiver, SnapshotSource states, SnapshotSink received);
    }

    /**
     * What a member lives on.
     *
     * @param background runs what would wait for the disk
     * @param logView wraps the log
     * @param checkpointNanos longest time between two checkpoints of the database
     */
    public record Surroundings(
            Disk disk,
            Clock clock,
            RandomGenerator random,
            Log log,
            Executor background,
            UnaryOperator<EntryLog> logView,
            long checkpointNanos,
            Network network) {}

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final long SEGMENT_BYTES = 128 << 10;
    private static final int LOG_BUFFER_BYTES = 32 << 10;
    private static final int MAP_BYTES = 256 << 10;
    private static final int REQUEST_BYTES_MAX = 1 << 20;

    private final Member parts;
    private final Engine engine;
    private final Consensus consensus;
    private final LeaseCalls leases;
    private final Map<Loop, Agent> agents = new EnumMap<>(Loop.class);

    private WholeMember(
            Member parts, Engine engine, Consensus consensus, LeaseCalls leases, Timers timers) {
        this.parts = parts;
        this.engine = engine;
        this.consensus = consensus;
        this.leases = leases;
        agents.put(Loop.MAINTENANCE, timers);
    }

    /** The configuration that flags give. */
    public static ServerConfig config(List<String> flags) {
        try {
            return ConfigRules.conclude(new FlagParser(FlagTable.standard()).parse(flags).values());
        } catch (FlagException | ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Opens the files that are there, or founds the cluster that the configuration names.
     *
     * @throws StartException as a server would refuse to start
     */
    public static WholeMember start(ServerConfig config, Surroundings around)
            throws StartException {
        Log log = around.log();
        Member parts = new Member(log);
        DataDir dir = new DataDir(around.disk(), config.identity().dataDir(), null, log);
        ClusterPlan plan = dir.hasWal() ? null : new NewCluster(config).founded();
        dir.prepare();
        EngineOptions server = EngineOptions.SERVER;
        BackendOptions backend = server.backend();
        Engine engine =
                new EngineOpener(
                                config,
                                new EngineOptions(
                                        WalOptions.defaults()
                                                .withSegmentBytes(SEGMENT_BYTES)
                                                .withBufferBytes(LOG_BUFFER_BYTES)
                                                .withBackgroundFiller(false),
                                        server.database()
                                                .withInitialMapBytes(MAP_BYTES)
                                                .withPopulate(false),
                                        new BackendOptions(
                                                backend.flushIntervalNanos(),
                                                backend.flushOperations(),
                                                backend.flushBytes(),
                                                around.checkpointNanos(),
                                                backend.checkpointBytes())),
                                around.disk(),
                                around.clock(),
                                WalObserver.NONE,
                                log)
                        .open(dir, plan, parts);
        FoundLog found = engine.found();
        Engine seen = withLog(engine, around.logView().apply(found.log()));
        return wired(config, around, dir, parts, seen, found.log());
    }

    private static Engine withLog(Engine engine, EntryLog log) {
        FoundLog found = engine.found();
        return new Engine(
                engine.backend(),
                engine.opener(),
                engine.store(),
                engine.lessor(),
                engine.alarms(),
                engine.membership(),
                new FoundLog(
                        log,
                        found.metadata(),
                        found.snapshotIndex(),
                        found.snapshotTerm(),
                        found.state(),
                        found.entries(),
                        found.endFile(),
                        found.endOffset()),
                engine.peers(),
                engine.existing());
    }

    private static WholeMember wired(
            ServerConfig config,
            Surroundings around,
            DataDir dir,
            Member parts,
            Engine engine,
            EntryLog log)
            throws StartException {
        Clock clock = around.clock();
        Metrics metrics = new Metrics();
        MemberCore core =
                MemberCore.wire(
                        engine,
                        dir,
                        new MemberCore.Surroundings(
                                config,
                                around.log(),
                                metrics,
                                clock,
                                around.disk(),
                                around.random(),
                                new Passwords(4, new SecureRandom(), Runnable::run),
                                around.background(),
                                () -> {
                                    throw new IllegalStateException("nobody removes members");
                                }),
                        around.network()::connect);
        ConsensusMember member = core.consensus().member();
        LeaseReaper reaper =
                new LeaseReaper(
                        member,
                        engine.lessor(),
                        core.auth()::root,
                        false,
                        clock::monotonicNanos,
                        around.log());
        Timers timers = new Timers(clock::monotonicNanos);
        timers.every(500 * MILLI, reaper::turn);
        timers.every(30 * SECOND, () -> purge(log, config));
        OwnLeases leases =
                new OwnLeases(
                        member,
                        engine.lessor(),
                        REQUEST_BYTES_MAX,
                        around.background(),
                        clock::monotonicNanos);
        WholeMember made = new WholeMember(parts, engine, core.consensus(), leases, timers);
        made.addAgents(Loops.Agents.of(engine, core.consensus(), clock, metrics));
        return made;
    }

    private static void purge(EntryLog log, ServerConfig config) {
        if (log instanceof WalEntryLog wal) {
            try {
                var _ = wal.wal().purge((int) config.storage().walsMax());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void addAgents(Loops.Agents loops) {
        agents.put(Loop.RAFT, loops.raft());
        agents.put(Loop.WAL, loops.wal());
        agents.put(Loop.APPLY, loops.apply());
        agents.put(Loop.COMMITTER, loops.committer());
        agents.put(Loop.COMPACTOR, loops.compactor());
        agents.put(Loop.WATCHES, loops.watches());
    }

    /** Names who wakes a loop, and gets the member going. */
    public void begin(Consumer<Loop> waker) {
        engine.store().compactor().onWork(() -> waker.accept(Loop.COMPACTOR));
        engine.store().watchHub().onWork(() -> waker.accept(Loop.WATCHES));
        consensus.connect(
                () -> waker.accept(Loop.RAFT),
                () -> waker.accept(Loop.WAL),
                () -> waker.accept(Loop.APPLY));
        consensus.begin();
    }

    /** One of its loops. */
    public Agent agent(Loop loop) {
        return Objects.requireNonNull(agents.get(loop));
    }

    /** The member as its services see it. */
    public ConsensusMember member() {
        return consensus.member();
    }

    /** Its keys. */
    public KeyValueStore store() {
        return engine.store();
    }

    /** Its database, another one after a snapshot of the leader. */
    public Backend backend() {
        return engine.backend().get();
    }

    /** Its leases as recorded. */
    public Lessor lessor() {
        return engine.lessor();
    }

    /** Its leases as the leader renews them. */
    public LeaseCalls leases() {
        return leases;
    }

    /** Entries that its log held at the start, behind the snapshot. */
    public List<dev.plinth.raft.Entry> foundEntries() {
        return engine.found().entries();
    }

    /** A clean stop, as a server makes it on a signal. */
    public void stop() {
        consensus.close();
        backend().forceCommit();
        var _ = consensus.walWriter().doWork();
        parts.close();
    }

    /** Frees what it holds after its disk has lost power. */
    public void drop() {
        parts.close();
    }
}
