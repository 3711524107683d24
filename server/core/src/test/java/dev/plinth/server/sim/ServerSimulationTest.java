package dev.plinth.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Some seeds in each build; more with {@code -Dplinth.server.sim.seeds=N}. */
class ServerSimulationTest {
    private static final long FIRST = Long.getLong("plinth.server.sim.first", 1);
    private static final int SEEDS = Integer.getInteger("plinth.server.sim.seeds", 5);

    @BeforeAll
    static void quiet() {
        ServerSimulationCampaign.quietLog();
    }

    @AfterAll
    static void loud() {
        ServerSimulationCampaign.usualLog();
    }

    @Test
    void clientsSeeWhatOneStoreWouldHaveShown() {
        ServerSimulationCampaign.Totals totals =
                ServerSimulationCampaign.run(FIRST, SEEDS, System.out::println);
        System.out.println(totals);
        assertThat(totals.runs()).isEqualTo(SEEDS);
        assertThat(totals.answered()).as("%s", totals).isGreaterThan(100L * SEEDS);
        assertThat(totals.faults()).as("%s", totals).isGreaterThan(SEEDS);
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        SimulationOptions options = SimulationOptions.draw(FIRST);
        ServerSimulation.Totals first = new ServerSimulation(options, null).run();
        ServerSimulation.Totals second = new ServerSimulation(options, null).run();
        assertThat(second).as("seed %d", FIRST).isEqualTo(first);
    }

    @Test
    @EnabledIfSystemProperty(named = "plinth.server.sim.seed", matches = "\\d+")
    void replay() throws IOException {
        long seed = Long.getLong("plinth.server.sim.seed");
        Path file = Path.of("target", "server-simulation-" + seed + ".txt");
        Files.write(file, ServerSimulationCampaign.trace(seed));
        System.out.println("trace: " + file.toAbsolutePath());
    }
}
