package dev.plinth.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFormTest {
    private final Metrics metrics = new Metrics();

    @Test
    void writesFamiliesInTheOrderOfTheirNames() {
        metrics.gauge("etcd_server_has_leader", "Whether or not a leader exists.", () -> 1);
        metrics.counters("etcd_network_server_stream_failures_total", "Failures.", "Type", "API")
                .with("receive", "watch")
                .add(3);
        assertEquals(
                """
                # HELP etcd_network_server_stream_failures_total Failures.
                # TYPE etcd_network_server_stream_failures_total counter
                etcd_network_server_stream_failures_total{Type="receive",API="watch"} 3
                # HELP etcd_server_has_leader Whether or not a leader exists.
                # TYPE etcd_server_has_leader gauge
                etcd_server_has_leader 1
                """,
                TextForm.PROMETHEUS.write(metrics));
    }

    @Test
    void bucketsCountAllValuesUpToTheirBound() {
        Histogram seconds =
                metrics.histogram("etcd_x_seconds", "Time.", Buckets.doubling(0.001, 3));
        seconds.observeNanos(1_000_000);
        seconds.observeNanos(1_500_000);
        seconds.observe(7);
        assertEquals(
                """
                # HELP etcd_x_seconds Time.
                # TYPE etcd_x_seconds histogram
                etcd_x_seconds_bucket{le="0.001"} 1
                etcd_x_seconds_bucket{le="0.002"} 2
                etcd_x_seconds_bucket{le="0.004"} 2
                etcd_x_seconds_bucket{le="+Inf"} 3
                etcd_x_seconds_sum 7.0025
                etcd_x_seconds_count 3
                """,
                TextForm.PROMETHEUS.write(metrics));
    }

    @Test
    void openMetricsKeepsNamesAndTakesTotalOutOfTheFamily() {
        metrics.counter("etcd_server_health_success", "Answers.").add(2);
        metrics.counter("etcd_mvcc_put_total", "Puts.").add(5);
        assertEquals(
                """
                # HELP etcd_mvcc_put Puts.
                # TYPE etcd_mvcc_put counter
                etcd_mvcc_put_total 5.0
                # HELP etcd_server_health_success Answers.
                # TYPE etcd_server_health_success unknown
                etcd_server_health_success 2.0
                # EOF
                """,
                TextForm.OPEN_METRICS.write(metrics));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "-2.5, -2.5",
        "0.0001024, 0.0001024",
        "0.00001, 1e-05",
        "0.000034562, 3.4562e-05",
        "999999, 999999",
        "1000000, 1e+06",
        "1451376, 1.451376e+06",
        "1.8446744073709552E19, 1.8446744073709552e+19",
        "0.007657050999999999, 0.007657050999999999",
        "NaN, NaN",
        "Infinity, +Inf"
    })
    void numbersAreWrittenAsGoWritesThem(double value, String text) {
        metrics.gauge("x", "help", () -> value);
        assertTrue(
                TextForm.PROMETHEUS.write(metrics).endsWith("\nx " + text + "\n"),
                TextForm.PROMETHEUS.write(metrics));
    }

    @Test
    void labelValuesAreEscaped() {
        metrics.info("x", "a \"help\"", "reason", "back\\slash \"quote\" line\nend");
        assertEquals(
                """
                # HELP x a "help"
                # TYPE x gauge
                x{reason="back\\\\slash \\"quote\\" line\\nend"} 1
                """,
                TextForm.PROMETHEUS.write(metrics));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|PROMETHEUS",
                "*/*|PROMETHEUS",
                "application/openmetrics-text; version=1.0.0|OPEN_METRICS",
                "application/openmetrics-text;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.2|OPEN_METRICS",
                "text/plain;version=0.0.4, application/openmetrics-text;q=0.5|PROMETHEUS",
                "application/openmetrics-text;q=rubbish|PROMETHEUS"
            })
    void acceptHeaderChooses(String accept, TextForm form) {
        assertSame(form, TextForm.accepted(accept));
    }

    @Test
    void aNameHasOneMeaning() {
        Counter counter = metrics.counter("x", "help");
        assertSame(counter, metrics.counter("x", "help"));
        assertThrows(IllegalArgumentException.class, () -> metrics.gauge("x", "help"));
        assertThrows(IllegalArgumentException.class, () -> metrics.counters("x", "help", "label"));
    }
}
