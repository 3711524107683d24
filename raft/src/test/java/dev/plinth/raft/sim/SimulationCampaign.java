package dev.plinth.raft.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs of many seeds for clusters of several sizes. */
public final class SimulationCampaign {
    /** The totals of a campaign, to see that it did something. */
    public record Totals(int runs, long events, long writes, long reads) {}

    private static final int TRACE_TAIL = 150;

    private SimulationCampaign() {}

    /**
     * Runs the seeds from {@code first} on for each cluster size.
     *
     * @throws AssertionError at the first violation, with the command that replays it and the end
     *     of its trace
     */
    public static Totals run(
            long first, int count, List<Integer> sizes, int eventCount, Consumer<String> progress) {
        long events = 0;
        long writes = 0;
        long reads = 0;
        int runs = 0;
        for (long seed = first; seed < first + count; seed++) {
            for (int members : sizes) {
                Simulation run =
                        new Simulation(SimulationOptions.draw(seed, members, eventCount), null);
                try {
                    run.run();
                } catch (Violation e) {
                    throw new AssertionError(report(seed, members, eventCount, e), e);
                }
                runs++;
                events += run.events();
                writes += run.writesEnded();
                reads += run.readsEnded();
            }
            if ((seed - first + 1) % 1_000 == 0) {
                progress.accept(
                        (seed - first + 1)
                                + " seeds, "
                                + events
                                + " events, "
                                + writes
                                + " writes");
            }
        }
        return new Totals(runs, events, writes, reads);
    }

    /**
     * The first violation within some seeds, with the number of its seed; empty when there is none.
     */
    public static String firstViolation(long first, int count, int eventCount) {
        for (long seed = first; seed < first + count; seed++) {
            int members = 3 + 2 * (int) (seed % 3);
            SimulationOptions options = SimulationOptions.draw(seed, members, eventCount);
            try {
                new Simulation(options, null).run();
            } catch (Violation e) {
                return "seed " + seed + " with " + members + " members: " + e.getMessage();
            }
        }
        return "";
    }

    /** The one command that shows a run again, and how it ended. */
    public static String report(long seed, int members, int eventCount, Violation e) {
        StringBuilder out = new StringBuilder();
        out.append("seed=").append(seed).append(" members=").append(members);
        out.append(" property=").append(e.property()).append(": ").append(e.getMessage());
        out.append("\nreplay: mvn test -pl raft -Dtest=SimulationTest#replay");
        out.append(" -Dplinth.raft.sim.seed=").append(seed);
        out.append(" -Dplinth.raft.sim.members=").append(members);
        out.append(" -Dplinth.raft.sim.events=").append(eventCount).append('\n');
        List<String> trace = trace(seed, members, eventCount);
        trace.subList(Math.max(0, trace.size() - TRACE_TAIL), trace.size())
                .forEach(line -> out.append(line).append('\n'));
        return out.toString();
    }

    /** The whole readable trace of a run, whether it fails or not. */
    public static List<String> trace(long seed, int members, int eventCount) {
        List<String> trace = new ArrayList<>();
        SimulationOptions options = SimulationOptions.draw(seed, members, eventCount);
        trace.add(options.toString());
        try {
            new Simulation(options, trace::add).run();
            trace.add("no violation");
        } catch (Violation e) {
            trace.add("ended by: " + e.getMessage());
        }
        return trace;
    }
}
