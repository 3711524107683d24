package dev.plinth.nativebench.report;

import java.util.List;

/** Grid lines and their labels. */
final class Axis {
    /** Labels nearer to each other than this share of the width would touch on a phone. */
    private static final double LABEL_SHARE_MIN = 0.13;

    private Axis() {}

    /** Lines from top to bottom at the ticks of a horizontal axis, labels below. */
    static void vertical(Svg svg, LogScale scale, int top, int bottom) {
        double last = -1;
        for (long tick : scale.ticks()) {
            String x = scale.percent(tick, 1, 99);
            svg.line(x, top, x, bottom, "grid");
            double share = scale.share(tick);
            if (share - last >= LABEL_SHARE_MIN) {
                String anchor = share < 0.05 ? "start" : share > 0.95 ? "end" : "middle";
                svg.letters(x, bottom + 16, anchor, "tick", LogScale.label(tick));
                last = share;
            }
        }
    }

    /** Lines from left to right at the ticks of an axis that goes up. */
    static void horizontal(Svg svg, LogScale scale, int top, int bottom) {
        List<Long> ticks = scale.ticks();
        for (long tick : ticks) {
            double y = bottom - (bottom - top) * scale.share(tick);
            svg.line("0%", y, "100%", y, "grid");
            svg.letters("0", y - 3, "start", "tick", LogScale.label(tick));
        }
    }
}
