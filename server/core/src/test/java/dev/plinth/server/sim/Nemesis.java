package dev.plinth.server.sim;

import dev.plinth.server.sim.SimulatedMember.End;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.sim.CallKind;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Does harm from time to time, and mends it again, until it is told to stop. */
final class Nemesis {
    private static final int TORN_CALLS_MAX = 40;
    private static final int DISK_CALLS_MAX = 30;

    /** For how long a member is away at most, in election timeouts; and when it is for long. */
    private static final int ABSENCE = 3;

    private static final int LONG_ABSENCE = 15;

    private final Timeline time;
    private final SimulationOptions options;
    private final RandomGenerator random;
    private final SimulatedMember[] members;
    private final SimulatedNetwork network;
    private final List<Runnable> kinds = new ArrayList<>();
    private boolean isOver;
    private int done;

    Nemesis(
            Timeline time,
            SimulationOptions options,
            SimulatedMember[] members,
            SimulatedNetwork network) {
        this.time = time;
        this.options = options;
        this.random = SimulationOptions.generator(options.seed(), 2);
        this.members = members;
        this.network = network;
        SimulationOptions.Faults faults = options.faults();
        if (faults.crash()) {
            kinds.add(this::crash);
            kinds.add(this::crash);
        }
        if (faults.partition() && members.length > 1) {
            kinds.add(this::partition);
            kinds.add(this::partition);
        }
        if (faults.pause()) {
            kinds.add(this::pause);
        }
        if (faults.hang()) {
            kinds.add(this::hang);
        }
        if (faults.diskError()) {
            kinds.add(this::diskError);
        }
    }

    /** Faults so far. */
    int done() {
        return done;
    }

    void start() {
        if (!kinds.isEmpty()) {
            time.after(options.faultPauseNanos(), this::harm);
        }
    }

    /** No harm from now on, and what was done is mended. */
    void stop() {
        isOver = true;
        network.heal();
        for (SimulatedMember member : members) {
            member.heal();
            if (!member.isUp()) {
                member.start();
            }
        }
    }

    private void harm() {
        if (isOver) {
            return;
        }
        done++;
        kinds.get(random.nextInt(kinds.size())).run();
        time.after(
                (long) (options.faultPauseNanos() * (0.2 + 1.6 * random.nextDouble())), this::harm);
    }

    private SimulatedMember victim() {
        if (random.nextInt(2) == 0) {
            for (SimulatedMember member : members) {
                if (member.isLeader()) {
                    return member;
                }
            }
        }
        return members[random.nextInt(members.length)];
    }

    private void crash() {
        int victims = random.nextInt(6) == 0 ? members.length : 1;
        for (int i = 0; i < victims; i++) {
            SimulatedMember victim = victims == 1 ? victim() : members[i];
            if (victim.isUp() && random.nextInt(3) == 0) {
                victim.endWithinCall(
                        TORN_CALLS_MAX, random.nextBoolean() ? End.KILL : End.POWER_LOSS);
            } else {
                victim.end(anyEnd());
            }
            keepAlive(victim);
        }
    }

    private End anyEnd() {
        return switch (random.nextInt(3)) {
            case 0 -> End.KILL;
            case 1 -> End.STOP;
            default -> End.POWER_LOSS;
        };
    }

    /** Sees to it that a member that ends is started again. */
    private void keepAlive(SimulatedMember victim) {
        int most = random.nextInt(4) == 0 ? LONG_ABSENCE : ABSENCE;
        time.after(
                random.nextLong(most * options.electionNanos()),
                () -> {
                    if (!isOver && !victim.isUp()) {
                        victim.start();
                    }
                    if (!isOver) {
                        watch(victim);
                    }
                });
    }

    /** A loss of power may come later than it was looked for. */
    private void watch(SimulatedMember victim) {
        if (victim.isUp()) {
            victim.onEnd(() -> keepAlive(victim));
        } else {
            keepAlive(victim);
        }
    }

    private void partition() {
        int shape = random.nextInt(3);
        int alone = victim().index();
        boolean[] isApart = new boolean[members.length];
        for (int i = 0; i < members.length; i++) {
            isApart[i] = shape == 2 ? random.nextBoolean() : i == alone;
        }
        boolean isOneWay = random.nextInt(3) == 0;
        time.tell(() ->
                "cut around member %d, shape %d%s"
                        .formatted(alone, shape, isOneWay ? ", one way" : ""));
        setCut(isApart, isOneWay, true);
        time.after(
                random.nextLong(6 * options.electionNanos()),
                () -> {
                    time.tell(() -> "cut around member " + alone + " mended");
                    setCut(isApart, isOneWay, false);
                });
    }

    private void setCut(boolean[] isApart, boolean isOneWay, boolean isCut) {
        for (int a = 0; a < members.length; a++) {
            for (int b = 0; b < members.length; b++) {
                if (isApart[a] && !isApart[b]) {
                    network.setCut(a, b, isCut);
                    if (!isOneWay || !isCut) {
                        network.setCut(b, a, isCut);
                    }
                }
            }
        }
    }

    private void pause() {
        SimulatedMember victim = victim();
        long nanos = random.nextLong(5 * options.electionNanos());
        time.tell(
                () -> "member %d: stands still for %.3f s".formatted(victim.index(), nanos / 1e9));
        victim.pause(nanos);
    }

    private void hang() {
        victim().hangNextSync(random.nextLong(4 * options.electionNanos()));
    }

    private void diskError() {
        SimulatedMember victim = victim();
        if (!victim.isUp()) {
            return;
        }
        SimulatedDisk disk = victim.faultyDisk();
        CallKind kind =
                switch (random.nextInt(4)) {
                    case 0 -> CallKind.WRITE;
                    case 1 -> CallKind.RENAME;
                    default -> CallKind.SYNC;
                };
        Errno error = kind == CallKind.WRITE && random.nextBoolean() ? Errno.ENOSPC : Errno.EIO;
        time.tell(() -> "member %d: a %s will fail with %s".formatted(victim.index(), kind, error));
        disk.faults().fail(kind, 1 + random.nextInt(DISK_CALLS_MAX), error);
        victim.onEnd(() -> keepAlive(victim));
    }
}
