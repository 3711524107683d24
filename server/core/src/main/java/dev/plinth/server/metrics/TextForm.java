package dev.plinth.server.metrics;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The texts that a scraper reads. Stateless, any thread.
 *
 * <p>Both keep every name as it is, since dashboards and alerts know etcd's names. OpenMetrics
 * wants counters to end in {@code _total}; one that does not is written with the type {@code
 * unknown} there.
 */
public enum TextForm {
    /** Prometheus' text format 0.0.4. */
    PROMETHEUS("text/plain; version=0.0.4; charset=utf-8; escaping=underscores"),
    /** OpenMetrics 1.0.0. */
    OPEN_METRICS(
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores");

    private static final String OPEN_METRICS_TYPE = "application/openmetrics-text";
    private static final String TOTAL = "_total";

    /** Decimal exponents of numbers that Go's 'g' writes without one. */
    private static final int PLAIN_EXPONENT_MIN = -4;

    private static final int PLAIN_EXPONENT_MAX = 5;

    private final String contentType;

    TextForm(String contentType) {
        this.contentType = contentType;
    }

    /** What a header {@code Accept} asks for; Prometheus' text unless OpenMetrics ranks higher. */
    public static TextForm accepted(String accept) {
        double plain = -1;
        double open = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",")) {
            String[] parts = range.strip().split(";");
            String type = parts[0].strip();
            double quality = quality(parts);
            if (type.equals(OPEN_METRICS_TYPE)) {
                open = Math.max(open, quality);
            } else if (type.equals("text/plain") || type.equals("text/*")) {
                plain = Math.max(plain, quality);
            }
        }
        return open > 0 && open > plain ? OPEN_METRICS : PROMETHEUS;
    }

    private static double quality(String[] parameters) {
        for (String parameter : parameters) {
            String[] pair = parameter.strip().split("=", 2);
            if (pair.length == 2 && pair[0].strip().equals("q")) {
                try {
                    return Double.parseDouble(pair[1].strip());
                } catch (NumberFormatException _) {
                    return 0;
                }
            }
        }
        return 1;
    }

    /** For the header {@code Content-Type}. */
    public String contentType() {
        return contentType;
    }

    /** All metrics as they are now. */
    public String write(Metrics metrics) {
        StringBuilder out = new StringBuilder(1 << 16);
        for (Family family : metrics.families()) {
            if (!family.series().isEmpty()) {
                head(out, family);
                family.series().forEach((values, series) -> body(out, family, values, series));
            }
        }
        if (this == OPEN_METRICS) {
            out.append("# EOF\n");
        }
        return out.toString();
    }

    private void head(StringBuilder out, Family family) {
        String name = family.name();
        String type = family.type().name().toLowerCase(Locale.ROOT);
        if (this == OPEN_METRICS && family.type() == Family.Type.COUNTER) {
            if (name.endsWith(TOTAL)) {
                name = name.substring(0, name.length() - TOTAL.length());
            } else {
                type = "unknown";
            }
        }
        out.append("# HELP ").append(name).append(' ');
        escape(out, family.help(), this == OPEN_METRICS);
        out.append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void body(StringBuilder out, Family family, List<String> values, Series series) {
        switch (series) {
            case Counter counter ->
                    line(out, family, "", values, null, number((double) counter.value()));
            case Gauge gauge -> line(out, family, "", values, null, number((double) gauge.value()));
            case Sampled sampled ->
                    line(out, family, "", values, null, number(sampled.value().getAsDouble()));
            case Histogram histogram -> histogram(out, family, values, histogram);
        }
    }

    private void histogram(
            StringBuilder out, Family family, List<String> values, Histogram histogram) {
        Buckets buckets = histogram.buckets();
        long below = 0;
        for (int i = 0; i <= buckets.count(); i++) {
            below += histogram.count(i);
            String bound = i < buckets.count() ? number(buckets.bound(i)) : "+Inf";
            line(out, family, "_bucket", values, bound, Long.toString(below));
        }
        line(out, family, "_sum", values, null, number(histogram.sum()));
        line(out, family, "_count", values, null, Long.toString(below));
    }

    private static void line(
            StringBuilder out,
            Family family,
            String suffix,
            List<String> values,
            @Nullable String bound,
            String number) {
        out.append(family.name()).append(suffix);
        char separator = '{';
        for (int i = 0; i < values.size(); i++) {
            label(out, separator, family.labelNames().get(i), values.get(i));
            separator = ',';
        }
        if (bound != null) {
            label(out, separator, "le", bound);
            separator = ',';
        }
        if (separator == ',') {
            out.append('}');
        }
        out.append(' ').append(number).append('\n');
    }

    private static void label(StringBuilder out, char separator, String name, String value) {
        out.append(separator).append(name).append("=\"");
        escape(out, value, true);
        out.append('"');
    }

    private static void escape(StringBuilder out, String text, boolean withQuotes) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '"' -> out.append(withQuotes ? "\\\"" : "\"");
                default -> out.append(c);
            }
        }
    }

    private String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        String text = shortest(value);
        boolean isWhole = text.indexOf('.') < 0 && text.indexOf('e') < 0;
        return this == OPEN_METRICS && isWhole ? text + ".0" : text;
    }

    /** As few digits as tell the number, with an exponent where Go's 'g' writes one. */
    private static String shortest(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= PLAIN_EXPONENT_MIN && exponent <= PLAIN_EXPONENT_MAX) {
            return digits.toPlainString();
        }
        String mantissa = digits.unscaledValue().abs().toString();
        StringBuilder out = new StringBuilder(value < 0 ? "-" : "").append(mantissa.charAt(0));
        if (mantissa.length() > 1) {
            out.append('.').append(mantissa, 1, mantissa.length());
        }
        return out.append(exponent < 0 ? "e-" : "e+")
                .append(Math.abs(exponent) < 10 ? "0" : "")
                .append(Math.abs(exponent))
                .toString();
    }
}
