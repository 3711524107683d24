package dev.plinth.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Shows that the simulator finds what it is there for: each planted bug within some seeds. Each
 * runs in a copy of all classes, which is slow at first: with {@code -Dplinth.server.sim.bugs}
 * only.
 */
@EnabledIfSystemProperty(named = "plinth.server.sim.bugs", matches = ".*")
class PlantedBugsTest {
    private static final int SEEDS = Integer.getInteger("plinth.server.sim.bug.seeds", 100);

    @BeforeAll
    static void quiet() {
        ServerSimulationCampaign.quietLog();
    }

    @AfterAll
    static void loud() {
        ServerSimulationCampaign.usualLog();
    }

    @ParameterizedTest
    @EnumSource(PlantedBug.class)
    void isCaught(PlantedBug bug) throws ReflectiveOperationException {
        String violation = firstViolation(new MutantLoader(bug), SEEDS);
        System.out.println(bug + ": " + violation);
        assertThat(violation).startsWith("seed ");
    }

    @Test
    void copyWithoutBugIsClean() throws ReflectiveOperationException {
        assertThat(firstViolation(new MutantLoader(null), 1)).isEmpty();
    }

    private static String firstViolation(ClassLoader loader, int seeds)
            throws ReflectiveOperationException {
        Class<?> campaign = loader.loadClass(ServerSimulationCampaign.class.getName());
        assertThat(campaign.getClassLoader()).isSameAs(loader);
        Method search = campaign.getMethod("firstViolation", long.class, int.class);
        return (String) search.invoke(null, 1L, seeds);
    }
}
