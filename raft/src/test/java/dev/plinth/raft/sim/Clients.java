package dev.plinth.raft.sim;

import dev.plinth.raft.ReadState;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A few clients, each with one request at a time: writes of values of their own and linearizable
 * reads, at any member that is up.
 */
final class Clients {
    /** A request that waits for its answer. */
    private record Pending(
            int client, SimMember member, int incarnation, long begin, long commitAtBegin) {}

    private final Simulation simulation;
    private final SplittableRandom random;
    private final RegisterHistory history = new RegisterHistory(0);
    private final Map<Long, Pending> writes = new HashMap<>();
    private final Map<Long, Pending> reads = new HashMap<>();
    private final long patience;
    private long nextId = 1;
    private long clock;
    private int writesEnded;
    private int readsEnded;

    Clients(Simulation simulation, SplittableRandom random) {
        this.simulation = simulation;
        this.random = random;
        patience = 3 * simulation.options().electionMicros();
    }

    void start() {
        for (int client = 0; client < simulation.options().clients(); client++) {
            next(client);
        }
    }

    int writesEnded() {
        return writesEnded;
    }

    int readsEnded() {
        return readsEnded;
    }

    private void next(int client) {
        long pause = random.nextLong(1 + simulation.options().tickMicros());
        simulation.after(pause, () -> issue(client));
    }

    private void issue(int client) {
        SimMember member = simulation.member(1 + random.nextInt(simulation.memberCount()));
        if (!member.isUp()) {
            next(client);
            return;
        }
        long id = nextId++;
        Pending pending =
                new Pending(
                        client,
                        member,
                        member.incarnation(),
                        clock++,
                        simulation.checks().commitSeenMax());
        if (random.nextInt(3) == 0) {
            reads.put(id, pending);
            simulation.note(member.id(), "client %d reads (request %d)", client, id);
            member.readIndex(id);
        } else {
            writes.put(id, pending);
            history.writeBegan(id, pending.begin);
            simulation.note(member.id(), "client %d writes %d", client, id);
            byte[] data = ByteBuffer.allocate(8 + random.nextInt(40)).putLong(id).array();
            if (!member.propose(data)) {
                writes.remove(id);
                history.writeRefused(id);
                next(client);
                return;
            }
        }
        simulation.after(patience, () -> giveUp(id));
    }

    private void giveUp(long id) {
        Pending pending = writes.remove(id);
        if (pending == null) {
            pending = reads.remove(id);
        }
        if (pending != null) {
            next(pending.client);
        }
    }

    /** A member applied a write; its client hears of it if it waits at that member. */
    void applied(SimMember member, long value) {
        Pending pending = writes.get(value);
        if (pending != null
                && pending.member == member
                && pending.incarnation == member.incarnation()) {
            writes.remove(value);
            history.writeEnded(value, clock++);
            writesEnded++;
            next(pending.client);
        }
    }

    /** A read got its index, which must not be older than what was committed when it began. */
    void readConfirmed(ReadState read) {
        Pending pending = reads.get(requestOf(read));
        if (pending != null && read.index() < pending.commitAtBegin) {
            throw new Violation(
                    "read index",
                    "request "
                            + requestOf(read)
                            + " at member "
                            + pending.member.id()
                            + " got index "
                            + read.index()
                            + " when "
                            + pending.commitAtBegin
                            + " was committed before it");
        }
    }

    void readServed(ReadState read, long value) {
        Pending pending = reads.remove(requestOf(read));
        if (pending != null) {
            history.read(value, pending.begin, clock++);
            readsEnded++;
            next(pending.client);
        }
    }

    private static long requestOf(ReadState read) {
        return ByteBuffer.wrap(read.context().toArray()).getLong();
    }

    void check() {
        history.check();
    }
}
