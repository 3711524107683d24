package dev.plinth.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That each bug still finds the code it is to change; {@link PlantedBugsTest} looks for them. */
class PlantedBugTest {
    @ParameterizedTest
    @EnumSource(PlantedBug.class)
    void changesWhatItNames(PlantedBug bug) throws ClassNotFoundException {
        MutantLoader loader = new MutantLoader(bug);
        assertThat(bug.changes()).isNotEmpty();
        for (PlantedBug.Change change : bug.changes()) {
            assertThat(loader.takesEffect(change))
                    .as("%s.%s", change.className(), change.method())
                    .isTrue();
        }
    }
}
