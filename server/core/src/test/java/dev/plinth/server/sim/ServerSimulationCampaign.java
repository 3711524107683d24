package dev.plinth.server.sim;

import dev.plinth.server.log.LogLevel;
import dev.plinth.server.log.LogSink;
import dev.plinth.server.log.SinkLoggerFinder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Runs of many seeds. */
public final class ServerSimulationCampaign {
    private static final int TRACE_TAIL = 120;
    private static final int PROGRESS_EACH = 100;

    /** One seed in so many is run a second time, to the same end. */
    private static final int RUN_TWICE_EACH = 10;

    /** The totals of a campaign, to see that it did something. */
    public record Totals(
            int runs,
            long events,
            long asked,
            long answered,
            long crashes,
            long faults,
            long snapshots,
            long expiredLeases,
            long watchedEvents,
            long simulatedSeconds) {
        private static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        Totals plus(ServerSimulation.Totals run) {
            return new Totals(
                    runs + 1,
                    events + run.events(),
                    asked + run.asked(),
                    answered + run.answered(),
                    crashes + run.crashes(),
                    faults + run.faults(),
                    snapshots + run.snapshots(),
                    expiredLeases + run.expiredLeases(),
                    watchedEvents + run.watchedEvents(),
                    simulatedSeconds + run.simulatedNanos() / SimulationOptions.SECOND);
        }
    }

    private ServerSimulationCampaign() {}

    /**
     * Runs the seeds from {@code first} on, all of them even when some fail.
     *
     * @throws AssertionError after the last one if there was a violation, with the commands that
     *     replay each and the end of the first one's trace
     */
    public static Totals run(long first, int count, Consumer<String> progress) {
        Totals totals = Totals.NONE;
        List<String> failures = new ArrayList<>();
        for (long seed = first; seed < first + count; seed++) {
            try {
                ServerSimulation.Totals run = run(seed);
                if (seed % RUN_TWICE_EACH == 0 && !run.equals(run(seed))) {
                    throw new Violation("deterministic", "a second run came to another end");
                }
                totals = totals.plus(run);
            } catch (Violation e) {
                failures.add(summary(seed, e));
                progress.accept(failures.getLast());
                if (failures.size() == 1) {
                    failures.add(traceTail(seed));
                }
            }
            if ((seed - first + 1) % PROGRESS_EACH == 0) {
                progress.accept(totals.toString());
            }
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join("\n", failures));
        }
        return totals;
    }

    /**
     * The first violation within some seeds, with the number of its seed; empty when there is none.
     */
    public static String firstViolation(long first, int count) {
        for (long seed = first; seed < first + count; seed++) {
            try {
                var _ = run(seed);
            } catch (Violation e) {
                return "seed " + seed + ": " + e.getMessage();
            }
        }
        return "";
    }

    /** Looks for planted bugs, all or those named, and prints the seed that found each. */
    @SuppressWarnings("SystemOut")
    private static void findPlantedBugs(int seeds, List<String> names)
            throws ReflectiveOperationException {
        for (PlantedBug bug : PlantedBug.values()) {
            if (!names.isEmpty() && !names.contains(bug.name())) {
                continue;
            }
            Class<?> copy =
                    new MutantLoader(bug).loadClass(ServerSimulationCampaign.class.getName());
            Object found =
                    copy.getMethod("firstViolation", long.class, int.class).invoke(null, 1L, seeds);
            System.out.println(bug + ": " + found);
        }
    }

    private static ServerSimulation.Totals run(long seed) {
        return new ServerSimulation(SimulationOptions.draw(seed), null).run();
    }

    /** Keeps to itself what the engines say: a run has hundreds of restarts. */
    static void quietLog() {
        logFrom(LogLevel.FATAL);
    }

    /** Ends {@link #quietLog}. */
    static void usualLog() {
        logFrom(LogLevel.INFO);
    }

    private static void logFrom(LogLevel level) {
        SinkLoggerFinder.processSink()
                .configure(
                        new LogSink.Settings(
                                level, LogSink.Format.JSON, List.of(LogSink.standardError())));
    }

    /**
     * The campaign without a test runner, on classes that were built before: {@code
     * ServerSimulationCampaign FIRST COUNT}, {@code ServerSimulationCampaign replay SEED}, or
     * {@code ServerSimulationCampaign bugs SEEDS [BUG…]}.
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws ReflectiveOperationException {
        quietLog();
        if (args[0].equals("replay")) {
            trace(Long.parseLong(args[1])).forEach(System.out::println);
            return;
        }
        if (args[0].equals("bugs")) {
            findPlantedBugs(Integer.parseInt(args[1]), Arrays.stream(args).skip(2).toList());
            return;
        }
        Totals totals =
                run(Long.parseLong(args[0]), Integer.parseInt(args[1]), System.out::println);
        System.out.println("simulated, no violation: " + totals);
    }

    private static String summary(long seed, Violation e) {
        return "seed="
                + seed
                + " property="
                + e.property()
                + ": "
                + e.getMessage()
                + "\nreplay: mvn test -pl server/core -am -Dtest=ServerSimulationTest#replay"
                + " -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest.args=-Dplinth.server.sim.seed="
                + seed;
    }

    private static String traceTail(long seed) {
        List<String> trace = trace(seed);
        return String.join(
                "\n", trace.subList(Math.max(0, trace.size() - TRACE_TAIL), trace.size()));
    }

    /** The whole readable trace of a run, whether it fails or not. */
    public static List<String> trace(long seed) {
        List<String> trace = new ArrayList<>();
        SimulationOptions options = SimulationOptions.draw(seed);
        trace.add(options.toString());
        try {
            trace.add("no violation: " + new ServerSimulation(options, trace::add).run());
        } catch (Violation e) {
            trace.add("ended by: " + e.getMessage());
            java.io.StringWriter stack = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(stack, true));
            trace.add(stack.toString());
        }
        return trace;
    }
}
