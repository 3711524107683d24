package dev.plinth.mvcc.quota;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaLimitsTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0, 0, -1",
        "keys=7, -1, 7",
        "bytes=12 keys=34, 12, 34",
        "keys=34   bytes=12, 12, 34",
        "' bytes=5Ki\n', 5120, -1",
        "bytes=3Mi keys=2Ki, 3145728, 2048",
        "bytes=1Gi, 1073741824, -1",
        "bytes=8388607Ti, 9223370937343148032, -1",
        "keys=999999999999999999, -1, 999999999999999999",
    })
    void readsNumbersInEitherOrder(String text, long bytes, long keys) {
        assertThat(QuotaLimits.parse(text.getBytes(US_ASCII)))
                .isEqualTo(new QuotaLimits(bytes, keys));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "12",
                "bytes",
                "bytes=",
                "bytes=-1",
                "bytes=Ki",
                "bytes=i",
                "bytes=1k",
                "bytes=1KB",
                "bytes=1 bytes=2",
                "bytes=1 keys",
                "bytes=1,keys=2",
                "Bytes=1",
                "bytes=1 values=2",
                "bytes=8388608Ti",
                "bytes=1000000000000000000",
                "keys=\u0661",
            })
    void refusesWhatIsNoQuota(String text) {
        assertThat(QuotaLimits.parse(text.getBytes(UTF_8))).isNull();
    }

    @Test
    void refusesTextsThatAreTooLong() {
        assertThat(QuotaLimits.parse(("bytes=1" + " ".repeat(249)).getBytes(US_ASCII)))
                .isEqualTo(new QuotaLimits(1, QuotaLimits.NONE));
        assertThat(QuotaLimits.parse(("bytes=1" + " ".repeat(250)).getBytes(US_ASCII))).isNull();
    }
}
