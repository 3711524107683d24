package dev.plinth.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeyRangesTest {
    private static KeyRanges.Range range(String text) {
        String[] ends = text.split("-", -1);
        String end = ends.length == 1 ? "" : ends[1].equals("*") ? "\0" : ends[1];
        return KeyRanges.Range.of(ByteString.copyFromUtf8(ends[0]), ByteString.copyFromUtf8(end));
    }

    /**
     * Permissions separated by blanks, one wanted interval; {@code a} is a key, {@code a-*} has no
     * end.
     */
    @ParameterizedTest
    @CsvSource({
        "a, a, true",
        "a, b, false",
        "a, a-b, false",
        "a-c, a-c, true",
        "a-c, b, true",
        "a-c, c, false",
        "a-c c-f, b-e, true",
        "c-f a-c, b-e, true",
        "a-c d-f, b-e, false",
        "a-c, a-*, false",
        "a-*, b-*, true",
        "a-*, z, true",
        "b-*, a-*, false",
        "a-c b-*, a-*, true",
        "a-f b-c, a-e, true",
        "b-c, a, false",
        "a-c, e-b, false",
        "a-f, e-b, true"
    })
    void anIntervalIsCoveredByContiguousPermissions(
            String permissions, String wanted, boolean covered) {
        List<KeyRanges.Range> granted =
                List.of(permissions.split(" ")).stream().map(KeyRangesTest::range).toList();
        assertThat(KeyRanges.union(granted).covers(range(wanted))).isEqualTo(covered);
    }
}
