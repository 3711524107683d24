package dev.plinth.walio.check;

import java.util.Locale;

/** How bad a {@link Finding} is, in ascending order. */
public enum Level {
    /** Worth knowing; costs at most some speed. */
    INFO,
    /** Availability, speed or a promise that cannot be proven is at risk. */
    WARNING,
    /** What was acknowledged can be lost, or the member cannot run: refused when strict. */
    ERROR;

    /** The word in logs and in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
