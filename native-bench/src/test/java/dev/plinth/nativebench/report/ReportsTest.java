package dev.plinth.nativebench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.nativebench.measure.BenchResult;
import dev.plinth.nativebench.measure.SyntheticResults;
import dev.plinth.nativebench.measure.WritePath;
import dev.plinth.walio.check.Finding;
import dev.plinth.walio.check.Level;
import java.io.IOException;
import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class ReportsTest {
    private static BenchResult result() {
        return new SyntheticResults()
                .finding(new Finding("no-fua", Level.INFO, "a < b & c", "Slow.", "None."))
                .cell(WritePath.DIRECT_DSYNC, VerdictTest.ALONE, 100, 300)
                .cell(WritePath.FALLOCATE, VerdictTest.ALONE, 175, 900, 50)
                .cell(WritePath.DIRECT_DSYNC, VerdictTest.BESIDE, 130, 2500)
                .result();
    }

    @Test
    void theHtmlReportIsWellFormedAndNeedsNothingElse()
            throws ParserConfigurationException, SAXException, IOException {
        String html = HtmlReport.of(result(), Verdict.of(result()));
        assertThat(html).startsWith("<!DOCTYPE html>");
        assertThat(html).doesNotContain("<script", "http:", "https:", "url(", "@import");
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        Document page =
                factory.newDocumentBuilder()
                        .parse(
                                new InputSource(
                                        new StringReader(html.substring(html.indexOf("<html")))));
        assertThat(page.getElementsByTagName("svg").getLength())
                .as("two ranges, two histograms, two times")
                .isEqualTo(6);
        assertThat(page.getElementsByTagName("strong").item(0).getTextContent()).isEqualTo("Good");
        assertThat(page.getDocumentElement().getTextContent())
                .contains("a < b & c", "A <fast> & \"good\" one", "beside: database");
    }

    @Test
    void aPercentileWithoutEnoughWritesIsADash() {
        String text = BenchText.of(result(), Verdict.of(result()));
        assertThat(text.lines().filter(line -> line.contains("fallocate")).findFirst())
                .hasValueSatisfying(line -> assertThat(line).contains("175 µs").contains("–"));
        assertThat(text).contains("Verdict: good").contains("Zero fill: 500 MB/s");
    }

    @Test
    void jsonHasTheFiguresInNanoseconds() {
        String json = BenchJson.of(result(), Verdict.of(result()));
        assertThat(json)
                .contains("\"grade\": \"good\"")
                .contains("\"path\": \"direct-dsync\"")
                .contains("\"interference\": \"database\"")
                .contains("\"model\": \"A <fast> & \\\"good\\\" one\"")
                .containsPattern("\"p50\": 1000\\d\\d,");
    }

    @Test
    void jsonIsEscapedAndNested() {
        JsonWriter json = new JsonWriter();
        json.object();
        json.field("a\"\\", "line\nend\u0001");
        json.name("row").row().value(1).value(2.5).row().value(true).end().end();
        json.name("empty").array().end();
        json.name("o").object().field("x", 1.23456).end();
        json.end();
        assertThat(json.toString())
                .isEqualTo(
                        """
                        {
                          "a\\"\\\\": "line\\nend\\u0001",
                          "row": [1, 2.5, [true]],
                          "empty": [],
                          "o": {
                            "x": 1.235
                          }
                        }\
                        """);
    }

    @Test
    void anAxisEndsAtRoundFigures() {
        LogScale scale = LogScale.around(93_000, 4_100_000);
        assertThat(scale).isEqualTo(new LogScale(50_000, 5_000_000));
        assertThat(scale.share(50_000)).isZero();
        assertThat(scale.share(5_000_000)).isEqualTo(1);
        assertThat(scale.share(1)).isZero();
        assertThat(scale.share(Long.MAX_VALUE)).isEqualTo(1);
        assertThat(scale.ticks())
                .containsExactly(
                        50_000L, 100_000L, 200_000L, 500_000L, 1_000_000L, 2_000_000L, 5_000_000L);
        assertThat(LogScale.label(200_000)).isEqualTo("200 µs");
        assertThat(LogScale.around(0, 0).share(1)).isZero();
    }

    @Test
    void timesHaveThreeDigits() {
        assertThat(Units.time(999)).isEqualTo("999 ns");
        assertThat(Units.time(93_940)).isEqualTo("93.9 µs");
        assertThat(Units.time(3_994_000)).isEqualTo("3.99 ms");
        assertThat(Units.time(12_000_000_000L)).isEqualTo("12.0 s");
    }
}
