package dev.plinth.nativebench.report;

import java.util.Locale;

/** Pieces of a picture that is as wide as its place and as high as it says, in pixels. */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    Svg(int height, String title) {
        text.append("<svg role=\"img\" width=\"100%\" height=\"")
                .append(height)
                .append("\"><title>")
                .append(escape(title))
                .append("</title>");
    }

    static String escape(String plain) {
        return plain.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    Svg line(String x1, double y1, String x2, double y2, String style) {
        text.append(
                "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>"
                        .formatted(style, x1, pixels(y1), x2, pixels(y2)));
        return this;
    }

    Svg rectangle(String x, double y, String width, double height, String style) {
        text.append(
                "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>"
                        .formatted(style, x, pixels(y), width, pixels(Math.max(0, height))));
        return this;
    }

    Svg dot(String x, double y, double radius, String style) {
        text.append(
                "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"/>"
                        .formatted(style, x, pixels(y), pixels(radius)));
        return this;
    }

    /** Letters; the anchor is start, middle or end. */
    Svg letters(String x, double y, String anchor, String style, String plain) {
        text.append(
                "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
                        .formatted(style, x, pixels(y), anchor, escape(plain)));
        return this;
    }

    private static String pixels(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    @Override
    public String toString() {
        return text + "</svg>";
    }
}
