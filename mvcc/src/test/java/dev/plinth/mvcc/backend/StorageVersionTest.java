package dev.plinth.mvcc.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.mvcc.TestMember;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of 3.5, 3.6 and 3.7 become each other's, with all else as it was, and stay so. */
class StorageVersionTest {
    @TempDir private Path directory = Path.of("");

    record Step(StorageVersion from, StorageVersion to) {}

    static Stream<Step> steps() {
        List<StorageVersion> versions =
                List.of(StorageVersion.V3_5, StorageVersion.V3_6, StorageVersion.V3_7);
        List<Step> steps = new ArrayList<>();
        for (StorageVersion from : versions) {
            versions.forEach(to -> steps.add(new Step(from, to)));
        }
        return steps.stream();
    }

    private static void put(TestMember member, String key) {
        var _ = member.put(key.getBytes(US_ASCII), new byte[100], 0);
    }

    private static void mark(TestMember member, byte[] text) {
        member.backend().beginMaintenance();
        try {
            member.backend().put(SchemaBucket.META, MetaKeys.storageVersion(), text);
        } finally {
            member.backend().endMaintenance();
        }
    }

    @ParameterizedTest
    @MethodSource("steps")
    void aMigratedFileHoldsWhatItHeldBefore(Step step) throws StorageVersion.MigrationException {
        Path file = directory.resolve("db");
        long hash;
        try (TestMember member = new TestMember(file)) {
            for (int i = 0; i < 20; i++) {
                put(member, "k" + i % 7);
            }
            StorageVersion.migrate(member.backend(), step.from(), StorageVersion.V3_5);
            assertThat(StorageVersion.detect(member.backend())).contains(step.from());
            hash = member.store().hash();
        }
        try (TestMember member = new TestMember(file)) {
            assertThat(StorageVersion.detect(member.backend())).contains(step.from());
            StorageVersion.migrate(member.backend(), step.to(), StorageVersion.V3_5);
        }
        try (TestMember member = new TestMember(file)) {
            assertThat(StorageVersion.detect(member.backend())).contains(step.to());
            byte[] mark = member.backend().get(SchemaBucket.META, MetaKeys.storageVersion());
            if (step.to().equals(StorageVersion.V3_5)) {
                assertThat(mark).isNull();
            } else {
                assertThat(mark).asString(US_ASCII).isEqualTo(step.to().toString());
            }
            // The hash leaves the mark out, so that members of both versions agree.
            assertThat(member.store().hash()).isEqualTo(hash);
            assertThat(member.backend().consistentIndex()).isEqualTo(20);
            assertThat(member.store().currentRevision()).isEqualTo(21);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "three.six.zero", "-3.6.0", "99999999999.6.0"})
    void aMarkThatCannotBeReadCountsAsNone(String mark) {
        try (TestMember member = new TestMember(directory.resolve("db"))) {
            put(member, "a");
            mark(member, mark.getBytes(US_ASCII));
            assertThat(StorageVersion.detect(member.backend())).contains(StorageVersion.V3_5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4.0", "3.8.0"})
    void aVersionThatIsNotKnownIsLeftAlone(String mark) {
        try (TestMember member = new TestMember(directory.resolve("db"))) {
            put(member, "a");
            mark(member, mark.getBytes(US_ASCII));
            assertThatThrownBy(() ->
                            StorageVersion.migrate(
                                    member.backend(), StorageVersion.V3_7, StorageVersion.V3_5))
                    .hasMessage("version \"" + mark + "\" is not supported");
            assertThat(member.backend().get(SchemaBucket.META, MetaKeys.storageVersion()))
                    .asString(US_ASCII)
                    .isEqualTo(mark);
        }
    }
}
