package dev.plinth.raft.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Runs of many seeds for clusters of several sizes. */
public final class SimulationCampaign {
    /** The totals of a campaign, to see that it did something. */
    public record Totals(int runs, long events, long writes, long reads) {}

    private static final int TRACE_TAIL = 150;

    private SimulationCampaign() {}

    /**
     * Runs the seeds from {@code first} on for each cluster size, all of them even when some fail.
     *
     * @throws AssertionError after the last one if there was a violation, with the commands that
     *     replay each and the end of the first one's trace
     */
    public static Totals run(
            long first, int count, List<Integer> sizes, int eventCount, Consumer<String> progress) {
        long events = 0;
        long writes = 0;
        long reads = 0;
        int runs = 0;
        List<String> failures = new ArrayList<>();
        for (long seed = first; seed < first + count; seed++) {
            for (int members : sizes) {
                Simulation run =
                        new Simulation(SimulationOptions.draw(seed, members, eventCount), null);
                try {
                    run.run();
                } catch (Violation e) {
                    failures.add(summary(seed, members, eventCount, e));
                    progress.accept(failures.getLast());
                    if (failures.size() == 1) {
                        failures.add(traceTail(seed, members, eventCount));
                    }
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
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join("\n", failures));
        }
        return new Totals(runs, events, writes, reads);
    }

    /**
     * The campaign without a test runner, on classes that were built before: {@code
     * SimulationCampaign first count members...}, 2,500 events a run.
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        List<Integer> sizes = Arrays.stream(args).skip(2).map(Integer::valueOf).toList();
        int count = Integer.parseInt(args[1]);
        Totals totals = run(Long.parseLong(args[0]), count, sizes, 2_500, System.out::println);
        System.out.println("simulated, no violation: " + totals);
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

    /** What failed, and the one command that shows it again. */
    private static String summary(long seed, int members, int eventCount, Violation e) {
        return "seed="
                + seed
                + " members="
                + members
                + " property="
                + e.property()
                + ": "
                + e.getMessage()
                + "\nreplay: mvn test -pl raft -Dtest=SimulationTest#replay"
                + " -Dplinth.raft.sim.seed="
                + seed
                + " -Dplinth.raft.sim.members="
                + members
                + " -Dplinth.raft.sim.events="
                + eventCount;
    }

    private static String traceTail(long seed, int members, int eventCount) {
        List<String> trace = trace(seed, members, eventCount);
        return String.join(
                "\n", trace.subList(Math.max(0, trace.size() - TRACE_TAIL), trace.size()));
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
