package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.raft.sim.SimulationCampaign;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Shows that the simulator has no holes where it matters: each planted bug is caught within {@value
 * #SEEDS} seeds. The same loader with nothing planted finds nothing.
 */
class PlantedBugsTest {
    private static final int SEEDS = 2_000;
    private static final int EVENTS = 2_500;

    @ParameterizedTest
    @EnumSource(PlantedBugs.Bug.class)
    @SuppressWarnings("SystemOut")
    void isCaught(PlantedBugs.Bug bug) throws ReflectiveOperationException {
        String violation = firstViolation(new MutantLoader(bug), SEEDS);
        System.out.println(bug + ": " + violation);
        assertThat(violation).startsWith("seed ");
    }

    @Test
    void copyWithoutBugIsClean() throws ReflectiveOperationException {
        assertThat(firstViolation(new MutantLoader(null), 20)).isEmpty();
    }

    private static String firstViolation(ClassLoader loader, int seeds)
            throws ReflectiveOperationException {
        Class<?> campaign = loader.loadClass(SimulationCampaign.class.getName());
        assertThat(campaign.getClassLoader()).isSameAs(loader);
        Method search = campaign.getMethod("firstViolation", long.class, int.class, int.class);
        return (String) search.invoke(null, 1L, seeds, EVENTS);
    }
}
