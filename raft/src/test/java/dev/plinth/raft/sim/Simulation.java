package dev.plinth.raft.sim;

import dev.plinth.raft.ConfChangeTransition;
import dev.plinth.raft.ConfChangeType;
import dev.plinth.raft.ConfChangeV2;
import dev.plinth.raft.ConfState;
import dev.plinth.raft.Message;
import dev.plinth.raft.RaftLogger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster under faults for a number of events (safety), then the same cluster without
 * faults until it works as a whole again (liveness). A run is a function of its options: same seed,
 * same run, to the last bit of {@link #fingerprint()}.
 *
 * <p>Each part draws from its own generator, so that a change in one does not shift the others.
 */
public final class Simulation {
    private final SimulationOptions options;
    private final @Nullable Consumer<String> trace;
    private final EventQueue queue = new EventQueue();
    private final SafetyChecks checks = new SafetyChecks(id -> member(id).storage());
    private final SplittableRandom random;
    private final SimNetwork network;
    private final Clients clients;
    private final List<SimMember> members = new ArrayList<>();
    private boolean healed;
    private int events;
    private long fingerprint = 17;

    /**
     * Prepares a run.
     *
     * @param trace takes the lines of a readable trace; null for none, which is much faster
     */
    public Simulation(SimulationOptions options, @Nullable Consumer<String> trace) {
        this.options = options;
        this.trace = trace;
        SplittableRandom root = new SplittableRandom(options.seed());
        random = root.split();
        int count = options.members() + options.spares();
        network = new SimNetwork(this, root.split(), count);
        clients = new Clients(this, root.split());
        for (long id = 1; id <= count; id++) {
            members.add(new SimMember(this, id, root.split()));
        }
    }

    SimulationOptions options() {
        return options;
    }

    SafetyChecks checks() {
        return checks;
    }

    SimNetwork network() {
        return network;
    }

    Clients clients() {
        return clients;
    }

    boolean isHealed() {
        return healed;
    }

    int memberCount() {
        return members.size();
    }

    SimMember member(long id) {
        return members.get((int) id - 1);
    }

    /** Events so far. */
    public int events() {
        return events;
    }

    /** Writes that clients saw succeed. */
    public int writesEnded() {
        return clients.writesEnded();
    }

    /** Reads that clients got answered. */
    public int readsEnded() {
        return clients.readsEnded();
    }

    /** A hash over all that happened. */
    public long fingerprint() {
        return fingerprint;
    }

    void after(long delay, Runnable action) {
        queue.after(delay, action);
    }

    // ---------------------------------------------------------------- trace

    @SuppressWarnings("AnnotateFormatMethod")
    void note(long member, String format, Object... arguments) {
        if (trace != null) {
            line(member, String.format(format, arguments));
        }
    }

    private void line(long member, String text) {
        if (trace != null) {
            trace.accept(
                    String.format(
                            "%6d %9d  %s%s",
                            events,
                            queue.now(),
                            member == 0 ? "--" : "m" + member,
                            " ".repeat(1 + 3 * (int) member) + text));
        }
    }

    RaftLogger loggerOf(long member) {
        if (trace == null) {
            return RaftLogger.NONE;
        }
        return new RaftLogger() {
            @Override
            public boolean isEnabled(Level level) {
                return true;
            }

            @Override
            public void log(Level level, String text) {
                line(member, text);
            }
        };
    }

    // ---------------------------------------------------------------- run

    /**
     * Runs to the end.
     *
     * @throws Violation when something that must hold did not
     */
    public void run() {
        try {
            found();
            members.forEach(SimMember::start);
            clients.start();
            scheduleFaults();
            while (events < options.eventCount()) {
                step();
            }
            heal();
            new Liveness(this).await();
            clients.check();
        } catch (Violation e) {
            line(0, "VIOLATION " + e.getMessage());
            throw e;
        } catch (LinkageError e) {
            // The test is put together wrongly: nothing was found.
            throw e;
        } catch (RuntimeException | Error e) {
            line(0, "VIOLATION " + e);
            throw new Violation("no failure", e);
        }
    }

    void step() {
        Runnable action = queue.next();
        events++;
        fingerprint = fingerprint * 31 + queue.now();
        action.run();
    }

    private void found() {
        List<Long> founders = LongStream.rangeClosed(1, options.members()).boxed().toList();
        for (long id : founders) {
            if (options.bootstrap()) {
                member(id).foundByBootstrap();
            } else {
                member(id).foundBySnapshot(ConfState.of(founders, List.of()));
            }
        }
    }

    void deliver(Message m) {
        SimMember to = member(m.to());
        if (trace != null && to.isUp()) {
            line(to.id(), "<- " + m);
        }
        fingerprint = fingerprint * 31 + m.type().number() * 131L + m.from() * 17 + m.index();
        to.receive(m);
    }

    // ---------------------------------------------------------------- faults

    private void scheduleFaults() {
        repeat(options.meanCrash(), this::crashOne);
        repeat(options.meanPartition(), this::changePartition);
        repeat(options.meanConfChange(), this::changeMembership);
        repeat(options.meanTransfer(), this::moveLeadership);
    }

    private void repeat(long mean, Runnable fault) {
        after(
                1 + random.nextLong(2 * mean),
                () -> {
                    if (!healed) {
                        fault.run();
                        repeat(mean, fault);
                    }
                });
    }

    private SimMember anyMember() {
        return members.get(random.nextInt(members.size()));
    }

    private void crashOne() {
        SimMember member = anyMember();
        if (!member.isUp()) {
            return;
        }
        note(member.id(), "CRASH");
        member.crash();
        // Mostly a quick restart; sometimes long enough for the others to go on without it.
        long down = random.nextLong(options.electionMicros() * (random.nextBoolean() ? 1 : 5));
        after(down, () -> restart(member));
    }

    void restart(SimMember member) {
        if (!member.isUp()) {
            note(member.id(), "START");
            member.start();
        }
    }

    private void changePartition() {
        if (random.nextInt(3) == 0) {
            note(0, "links restored");
            network.clearCuts();
        } else {
            String what = network.partition();
            note(0, "partition: %s", what);
        }
    }

    private void moveLeadership() {
        SimMember member = anyMember();
        if (!member.isUp()) {
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> {
                note(member.id(), "forgets its leader on demand");
                member.forgetLeader();
            }
            case 1 -> {
                note(member.id(), "campaigns on demand");
                member.campaign();
            }
            default -> {
                long target = anyMember().id();
                note(member.id(), "transfer to %d", target);
                member.transferLeader(target);
            }
        }
    }

    private void changeMembership() {
        SimMember member = anyMember();
        if (!member.isUp()) {
            return;
        }
        ConfChangeV2 change = drawChange(member);
        note(member.id(), "proposes %s", change);
        member.proposeConfChange(change);
    }

    private ConfChangeV2 drawChange(SimMember member) {
        if (random.nextInt(5) == 0) {
            return ConfChangeV2.LEAVE_JOINT;
        }
        List<ConfChangeV2.Single> changes = new ArrayList<>();
        int count = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 1;
        for (int i = 0; i < count; i++) {
            changes.add(drawSingle(member));
        }
        ConfChangeTransition[] transitions = ConfChangeTransition.values();
        return new ConfChangeV2(
                random.nextBoolean()
                        ? ConfChangeTransition.AUTO
                        : transitions[random.nextInt(transitions.length)],
                changes,
                null);
    }

    /** Members are added more often than removed while few are voters. */
    private ConfChangeV2.Single drawSingle(SimMember member) {
        boolean few = member.conf().voters().size() <= options.members() / 2 + 1;
        ConfChangeType type =
                switch (random.nextInt(few ? 4 : 8)) {
                    case 0, 1 -> ConfChangeType.ADD_NODE;
                    case 2 -> ConfChangeType.UPDATE_NODE;
                    case 3, 4 -> ConfChangeType.ADD_NODE;
                    case 5 -> ConfChangeType.ADD_LEARNER_NODE;
                    default -> ConfChangeType.REMOVE_NODE;
                };
        return new ConfChangeV2.Single(type, anyMember().id());
    }

    // ---------------------------------------------------------------- healing

    /** All faults end. */
    private void heal() {
        note(0, "HEAL");
        healed = true;
        network.heal();
        members.forEach(this::restart);
    }

    List<SimMember> members() {
        return members;
    }

    long now() {
        return queue.now();
    }
}
