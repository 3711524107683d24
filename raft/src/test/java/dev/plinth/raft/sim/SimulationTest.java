package dev.plinth.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Runs of the simulator. How many is set by system properties:
 *
 * <ul>
 *   <li>{@code plinth.raft.sim.seeds}: seeds for each cluster size; {@code plinth.raft.sim.first}:
 *       the first one;
 *   <li>{@code plinth.raft.sim.events}: events under faults in a run;
 *   <li>{@code plinth.raft.sim.seed} and {@code plinth.raft.sim.members}: one run, with its trace.
 * </ul>
 */
class SimulationTest {
    private static final int EVENTS = Integer.getInteger("plinth.raft.sim.events", 2_500);

    @Test
    @SuppressWarnings("SystemOut")
    void noSeedBreaksAProperty() {
        int seeds = Integer.getInteger("plinth.raft.sim.seeds", 120);
        long first = Long.getLong("plinth.raft.sim.first", 1);
        SimulationCampaign.Totals totals =
                SimulationCampaign.run(first, seeds, List.of(3, 5, 7), EVENTS, System.out::println);
        System.out.println("simulated: " + totals);
        assertThat(totals.writes()).isGreaterThan(totals.runs());
        assertThat(totals.reads()).isGreaterThan(totals.runs());
    }

    @Test
    void sameSeedIsTheSameRun() {
        for (long seed = 1; seed <= 10; seed++) {
            Simulation one = new Simulation(SimulationOptions.draw(seed, 3, EVENTS), null);
            Simulation two = new Simulation(SimulationOptions.draw(seed, 3, EVENTS), line -> {});
            one.run();
            two.run();
            assertThat(two.fingerprint()).isEqualTo(one.fingerprint());
            assertThat(two.events()).isEqualTo(one.events());
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "plinth.raft.sim.seed", matches = "\\d+")
    @SuppressWarnings("SystemOut")
    void replay() throws Exception {
        long seed = Long.getLong("plinth.raft.sim.seed", 0);
        int members = Integer.getInteger("plinth.raft.sim.members", 3);
        List<String> trace = SimulationCampaign.trace(seed, members, EVENTS);
        Path file = Path.of("target", "simulation-" + seed + "-" + members + ".trace");
        Files.write(file, trace);
        System.out.println(trace.getLast() + "; the whole trace: " + file.toAbsolutePath());
        assertThat(trace.getLast()).isEqualTo("no violation");
    }
}
