package dev.plinth.server.sim;

import dev.plinth.raft.Entry;
import dev.plinth.server.boot.WholeMember;
import dev.plinth.server.boot.WholeMember.Loop;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.consensus.Agent;
import dev.plinth.server.consensus.EntryLog;
import dev.plinth.server.core.StartException;
import dev.plinth.server.testing.QuietLog;
import dev.plinth.walio.io.PosixException;
import dev.plinth.walio.io.sim.PowerLossException;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A member through its lives: its disk, its loops' turns, its ends and restarts. A loop gets a turn
 * soon after it was woken, and when it wants one; the log writer after the time that a sync takes.
 */
final class SimulatedMember implements SimulatedNetwork.Place {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long WAKE_NANOS = 40_000;

    /** How a life ends. */
    enum End {
        /** Power is lost: what no sync covered may be gone. */
        POWER_LOSS,
        /** The process is killed: the page cache stays. */
        KILL,
        /** The process ends in order. */
        STOP
    }

    /** Makes changes to a member's log, to plant bugs. */
    interface LogChange {
        EntryLog of(EntryLog log);
    }

    /** When a loop gets its turns. */
    private static final class Turns {
        long due = NEVER;
        boolean isRunning;
        boolean isWoken;
    }

    /** The life that the work at hand belonged to has ended meanwhile. */
    private static final class EndedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EndedException() {
            super("ended", null, false, false);
        }
    }

    private final int index;
    private final Timeline time;
    private final SimulationOptions options;
    private final ServerConfig config;
    private final SimulatedNetwork[] network;
    private final CommittedLog committed;
    private final RandomGenerator random;
    private final SimulatedClock clock;
    private final LogRecord record;
    private final LogChange logChange;
    private final List<Runnable> onEnd = new ArrayList<>();
    private final List<Runnable> afterTurn = new ArrayList<>();
    private final Map<Loop, Turns> turns = new EnumMap<>(Loop.class);

    private SimulatedDisk disk = new SimulatedDisk();
    private @Nullable WholeMember member;
    private int life;
    private long pausedUntil;
    private long hangNanos;
    private boolean isHanging;
    private boolean isErrorExpected;
    private End endWithinCall = End.POWER_LOSS;
    private long seenApplied;
    private int crashes;

    SimulatedMember(
            int index,
            Timeline time,
            SimulationOptions options,
            List<String> flags,
            SimulatedNetwork[] network,
            CommittedLog committed,
            LogChange logChange) {
        this.index = index;
        this.time = time;
        this.options = options;
        this.config = WholeMember.config(flags);
        this.network = network;
        this.committed = committed;
        this.logChange = logChange;
        this.record = new LogRecord(time);
        this.random = SimulationOptions.generator(options.seed(), 100 + index);
        this.clock = new SimulatedClock(time, 1 + options.drift() * (2 * random.nextDouble() - 1));
    }

    // --- what others ask ---

    int index() {
        return index;
    }

    LogRecord record() {
        return record;
    }

    /** Ends of its lives that were not in order. */
    int crashes() {
        return crashes;
    }

    boolean isUp() {
        return member != null;
    }

    /** The member of the present life. */
    WholeMember up() {
        WholeMember present = member;
        if (present == null) {
            throw new IllegalStateException("member " + index + " is down");
        }
        return present;
    }

    boolean isLeader() {
        return member != null && member.member().leaderId() == member.member().memberId();
    }

    @Override
    public int life() {
        return life;
    }

    /** Runs once when the present life ends. */
    void onEnd(Runnable action) {
        onEnd.add(action);
    }

    /** Runs after the turn at hand, when what it applied is known. */
    void afterTurn(Runnable action) {
        afterTurn.add(action);
    }

    // --- faults ---

    /** No loop gets a turn for so long, as if the process were stopped. */
    void pause(long nanos) {
        pausedUntil = Math.max(pausedUntil, time.now() + nanos);
    }

    /** The next sync of the log takes so long, if no other one hangs. */
    void hangNextSync(long nanos) {
        hangNanos = nanos;
    }

    /** The disk's faults; the member may end by an error that is injected. */
    SimulatedDisk faultyDisk() {
        isErrorExpected = true;
        return disk;
    }

    /** The life ends within one of the next calls that change the disk, not in order. */
    void endWithinCall(int calls, End end) {
        endWithinCall = end;
        disk.faults().losePowerAtCall(random.nextInt(calls));
    }

    /** No fault that was planned happens any more. */
    void heal() {
        disk.faults().forgetPlans();
        hangNanos = 0;
        pausedUntil = Math.min(pausedUntil, time.now());
        for (Loop loop : Loop.values()) {
            if (member != null) {
                wake(loop);
            }
        }
    }

    // --- life and death ---

    void start() {
        int ownLife = ++life;
        for (Loop loop : Loop.values()) {
            turns.put(loop, new Turns());
        }
        isErrorExpected = false;
        hangNanos = 0;
        disk.makeDurableDirectory(config.identity().dataDir());
        SimulatedDisk ownDisk = disk;
        WholeMember started;
        try {
            started = WholeMember.start(config, surroundings(ownLife));
        } catch (StartException | RuntimeException | Error e) {
            startFailed(e, ownDisk);
            return;
        }
        record.found(started.foundEntries());
        member = started;
        seenApplied = started.backend().consistentIndex();
        time.tell(() ->
                "member %d: started, applied %d, revision %d"
                        .formatted(index, seenApplied, started.store().currentRevision()));
        run(ownLife, () -> started.begin(this::wake));
        for (Loop loop : Loop.values()) {
            plan(loop, wakeDelay(loop));
        }
    }

    private void startFailed(Throwable e, SimulatedDisk ownDisk) {
        if (!isPowerLost(ownDisk)) {
            throw new Violation("start", e);
        }
        time.tell(() -> "member %d: %s while starting".formatted(index, endWithinCall));
        ended(endWithinCall);
    }

    private WholeMember.Surroundings surroundings(int ownLife) {
        return new WholeMember.Surroundings(
                disk,
                clock,
                random,
                QuietLog.create(),
                task -> time.after(random.nextLong(1_000_000), () -> run(ownLife, task::run)),
                log -> logChange.of(record.view(log, () -> beforeSync(ownLife))),
                options.checkpointNanos(),
                (receiver, states, sink) -> network[0].connect(index, receiver, states, sink));
    }

    private void beforeSync(int ownLife) {
        if (hangNanos == 0 || isHanging) {
            return;
        }
        long until = time.now() + hangNanos;
        hangNanos = 0;
        isHanging = true;
        time.tell(() -> "member %d: a sync hangs until %.3f".formatted(index, until / 1e9));
        try {
            time.passUntil(until);
        } finally {
            isHanging = false;
        }
        if (life != ownLife || member == null) {
            throw new EndedException();
        }
        time.tell(() -> "member " + index + ": the sync goes on");
    }

    /** Ends the present life, if there is one. */
    void end(End end) {
        WholeMember present = member;
        if (present == null) {
            return;
        }
        time.tell(() -> "member %d: %s".formatted(index, end));
        if (end == End.STOP && !isHanging) {
            run(life, present::stop);
            if (member == null) {
                return;
            }
        }
        ended(end);
    }

    private void ended(End end) {
        WholeMember present = member;
        member = null;
        life++;
        network[0].disconnect(index);
        SimulatedDisk old = disk;
        endWithinCall = End.POWER_LOSS;
        disk = end == End.POWER_LOSS ? old.crash(random.nextLong()) : old.kill();
        crashes += end == End.STOP ? 0 : 1;
        if (present != null && end != End.STOP) {
            present.drop();
        }
        old.endProcess();
        List<Runnable> told = List.copyOf(onEnd);
        onEnd.clear();
        afterTurn.clear();
        told.forEach(Runnable::run);
    }

    @Override
    public void run(int forLife, SimulatedNetwork.Work work) {
        if (forLife != life || member == null) {
            return;
        }
        try {
            work.run();
        } catch (Violation e) {
            throw e;
        } catch (EndedException e) {
            return;
        } catch (IOException | RuntimeException | Error e) {
            failed(forLife, e);
            return;
        }
        if (forLife == life) {
            lookAtApplied();
        }
    }

    private void failed(int forLife, Throwable e) {
        if (forLife != life || member == null) {
            return;
        }
        if (isPowerLost(disk)) {
            time.tell(() -> "member %d: %s within a call".formatted(index, endWithinCall));
            ended(endWithinCall);
        } else if (isErrorExpected && hasInjectedError(e)) {
            time.tell(() -> "member " + index + ": ends by an injected error");
            ended(End.POWER_LOSS);
        } else {
            throw new Violation("member " + index + " failed", e);
        }
    }

    private static boolean hasInjectedError(Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof PosixException) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPowerLost(SimulatedDisk disk) {
        try {
            return !disk.exists(java.nio.file.Path.of("/"));
        } catch (PowerLossException _) {
            return true;
        }
    }

    // --- turns ---

    private void wake(Loop loop) {
        Turns of = turnsOf(loop);
        if (of.isRunning) {
            of.isWoken = true;
        } else {
            plan(loop, wakeDelay(loop));
        }
    }

    private long wakeDelay(Loop loop) {
        if (loop == Loop.WAL) {
            long tail = random.nextInt(100) == 0 ? 20 : 1;
            return (long) (options.syncNanos() * (0.3 + 1.4 * random.nextDouble()) * tail);
        }
        return random.nextLong(WAKE_NANOS);
    }

    private Turns turnsOf(Loop loop) {
        return Objects.requireNonNull(turns.get(loop));
    }

    private void plan(Loop loop, long delay) {
        long at = time.now() + Math.max(1, delay);
        Turns of = turnsOf(loop);
        if (at >= of.due) {
            return;
        }
        of.due = at;
        int ownLife = life;
        time.after(at - time.now(), () -> turn(loop, ownLife, at));
    }

    private void turn(Loop loop, int ownLife, long at) {
        Turns of = turnsOf(loop);
        if (ownLife != life || member == null || of.due != at || of.isRunning) {
            return;
        }
        of.due = NEVER;
        if (time.now() < pausedUntil) {
            plan(loop, pausedUntil - time.now());
            return;
        }
        Agent agent = member.agent(loop);
        of.isRunning = true;
        of.isWoken = false;
        int[] done = new int[1];
        run(ownLife, () -> done[0] = agent.doWork());
        if (ownLife != life || member == null) {
            return;
        }
        of.isRunning = false;
        if (done[0] > 0) {
            time.fact(1000L * loop.name().hashCode() + index, done[0], seenApplied);
        }
        if (done[0] > 0 || of.isWoken) {
            plan(loop, wakeDelay(loop));
        } else if (agent.idleNanosMax() < NEVER) {
            plan(loop, clock.toReal(agent.idleNanosMax()));
        }
    }

    private void lookAtApplied() {
        WholeMember present = member;
        if (present == null) {
            return;
        }
        long applied = present.member().appliedIndex();
        while (seenApplied < applied) {
            Entry entry = record.entry(++seenApplied);
            if (entry != null) {
                committed.applied(index, entry, record.seenNanos(seenApplied));
            }
            if (seenApplied == applied) {
                committed.reached(index, applied, present.store().currentRevision());
            }
        }
        if (!afterTurn.isEmpty()) {
            List<Runnable> told = List.copyOf(afterTurn);
            afterTurn.clear();
            told.forEach(Runnable::run);
        }
    }
}
