package dev.plinth.server.sim;

import dev.plinth.mvcc.HashResult;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.sim.SimulatedMember.End;
import dev.plinth.server.sim.SimulatedMember.LogChange;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster of whole members and its clients under faults, then without, and at the end
 * the question whether everything that clients saw was true and everything that was acknowledged is
 * there.
 */
final class ServerSimulation {
    private static final String TOKEN = "simulation";
    private static final long STEP_NANOS = 100 * SimulationOptions.MILLI;
    private static final long QUIET_LIMIT_NANOS = 120 * SimulationOptions.SECOND;
    private static final long CALM_NANOS = 3 * SimulationOptions.SECOND;

    /** What a run did. */
    record Totals(
            long events,
            long hash,
            int answered,
            int asked,
            int crashes,
            int faults,
            int snapshots,
            int expiredLeases,
            long watchedEvents,
            long revision,
            long simulatedNanos) {}

    private final SimulationOptions options;
    private final Timeline time;
    private final CommittedLog committed = new CommittedLog();
    private final SimulatedMember[] members;
    private final SimulatedNetwork network;
    private final History history;
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<SimulatedWatcher> watchers = new ArrayList<>();
    private final Nemesis nemesis;
    private int expiredLeases;
    private long watchedEvents;

    /**
     * @param trace gets what happens in words; null for none
     */
    ServerSimulation(SimulationOptions options, @Nullable Consumer<String> trace) {
        this(options, trace, log -> log);
    }

    /**
     * @param logChange plants a bug between the members and their logs
     */
    ServerSimulation(
            SimulationOptions options, @Nullable Consumer<String> trace, LogChange logChange) {
        this.options = options;
        this.time = new Timeline(trace);
        this.members = new SimulatedMember[options.members()];
        SimulatedNetwork[] later = new SimulatedNetwork[1];
        for (int i = 0; i < members.length; i++) {
            members[i] =
                    new SimulatedMember(i, time, options, flags(i), later, committed, logChange);
        }
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < members.length; i++) {
            ids.add(MemberIds.ofInitialMember(List.of(url(i)), TOKEN));
        }
        this.network = new SimulatedNetwork(time, options, members, ids);
        later[0] = network;
        this.history = new History(committed, members);
        Workload workload = new Workload(options, history);
        for (int i = 0; i < options.clients(); i++) {
            clients.add(new SimulatedClient(i, time, options, members, workload, history));
        }
        for (int i = 0; i < options.watchers(); i++) {
            watchers.add(new SimulatedWatcher(i, time, options, members, history));
        }
        this.nemesis = new Nemesis(time, options, members, network);
    }

    private static String url(int member) {
        return "http://m" + member + ":2380";
    }

    private List<String> flags(int member) {
        List<String> cluster = new ArrayList<>();
        for (int i = 0; i < options.members(); i++) {
            cluster.add("m" + i + "=" + url(i));
        }
        return List.of(
                "--name=m" + member,
                "--data-dir=/data",
                "--initial-cluster=" + String.join(",", cluster),
                "--initial-cluster-token=" + TOKEN,
                "--initial-advertise-peer-urls=" + url(member),
                "--listen-peer-urls=http://127.0.0.1:2380",
                "--heartbeat-interval=" + options.electionMillis() / 10,
                "--election-timeout=" + options.electionMillis(),
                "--snapshot-count=" + options.snapshotCount(),
                "--snapshot-catchup-entries=" + options.catchUpEntries(),
                "--snapshot-catchup-bytes=" + options.catchUpBytes(),
                "--wal-write-path=" + options.writePath());
    }

    /** Runs to the end; the first violation ends it. */
    Totals run() {
        try {
            for (SimulatedMember member : members) {
                member.start();
            }
            clients.forEach(SimulatedClient::start);
            watchers.forEach(SimulatedWatcher::start);
            nemesis.start();
            time.passUntil(options.faultNanos());
            time.tell(() -> "no more faults");
            nemesis.stop();
            time.passUntil(time.now() + CALM_NANOS + 10 * options.electionNanos());
            int before = history.answered();
            time.passUntil(time.now() + 20 * options.pauseNanos() + 4 * options.electionNanos());
            requireLive(before);
            clients.forEach(SimulatedClient::stop);
            await("clients have their answers", this::isQuiet);
            await("leases have ended", this::isWithoutLeases);
            await("members are in step", this::isInStep);
            watchers.forEach(SimulatedWatcher::steady);
            await("watchers have everything", this::isWatched);
            checkEnd();
            return totals();
        } finally {
            for (SimulatedMember member : members) {
                member.end(End.POWER_LOSS);
            }
        }
    }

    private Totals totals() {
        int crashes = 0;
        for (SimulatedMember member : members) {
            crashes += member.crashes();
        }
        return new Totals(
                time.happened(),
                time.hash(),
                history.answered(),
                history.operations().size(),
                crashes,
                nemesis.done(),
                network.snapshots(),
                expiredLeases,
                watchedEvents,
                members[0].up().store().currentRevision(),
                time.now());
    }

    private void requireLive(int before) {
        if (history.answered() == before) {
            throw new Violation("liveness", "no request is answered though nothing is broken");
        }
    }

    private void await(String what, BooleanSupplier condition) {
        long limit = time.now() + QUIET_LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            if (time.now() > limit) {
                throw new Violation("liveness", "not within two minutes: " + what);
            }
            time.passUntil(time.now() + STEP_NANOS);
        }
    }

    private boolean isQuiet() {
        return clients.stream().allMatch(SimulatedClient::isIdle);
    }

    private boolean isInStep() {
        TreeSet<Long> applied = new TreeSet<>();
        for (SimulatedMember member : members) {
            if (!member.isUp()) {
                return false;
            }
            applied.add(member.up().member().appliedIndex());
            applied.add(member.up().member().committedIndex());
        }
        return applied.size() == 1 && applied.first() == committed.lastIndex();
    }

    private long minTtlSeconds() {
        return (3L * options.electionMillis() / 2 + 999) / 1000;
    }

    /** Nobody renews them any more. */
    private boolean isWithoutLeases() {
        for (SimulatedMember member : members) {
            if (!member.isUp() || !member.up().lessor().leases().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private boolean isWatched() {
        long revision = members[0].up().store().currentRevision();
        boolean isDone = true;
        for (SimulatedWatcher watcher : watchers) {
            if (watcher.next() <= revision) {
                watcher.askForProgress();
                isDone = false;
            }
        }
        return isDone;
    }

    private void checkEnd() {
        StoreModel model = new StoreModel(minTtlSeconds());
        new HistoryCheck(model, committed, history.operations()).check();
        WatchCheck watches = new WatchCheck(model);
        for (SimulatedWatcher watcher : watchers) {
            watches.check(watcher);
            watcher.stretches().forEach(stretch -> watchedEvents += stretch.events().size());
        }
        expiredLeases = new LeaseCheck(options, committed, history.operations()).check();
        for (SimulatedMember member : members) {
            new MemberCheck(member, model).check();
        }
        checkHashes(model);
    }

    private void checkHashes(StoreModel model) {
        long oldest = Math.max(1, model.compacted() + 1);
        for (long revision :
                new long[] {
                    0, Math.min(oldest, model.revision()), (oldest + model.revision()) / 2
                }) {
            HashResult first = members[0].up().store().hashKv(revision);
            for (SimulatedMember member : members) {
                HashResult other = member.up().store().hashKv(revision);
                if (!first.equals(other)) {
                    throw new Violation(
                            "hash",
                            "member 0 has %s, member %d %s"
                                    .formatted(first, member.index(), other));
                }
            }
        }
    }
}
