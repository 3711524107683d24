package dev.plinth.nativebench.measure;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What a second writer does beside the measured one. */
public enum Interference {
    NONE("none", "nobody else"),
    DATABASE("database", "16 random 4 KiB pages + fdatasync in another file every 5 ms"),
    APPEND("append", "64 KiB appended to another file + fdatasync every 5 ms"),
    FILL("fill", "another 64 MB segment filled with zeros in 256 KiB direct writes");

    private final String label;
    private final String text;

    Interference(String label, String text) {
        this.label = label;
        this.text = text;
    }

    /** Stable name in options and JSON. */
    public String label() {
        return label;
    }

    /** What it does. */
    public String text() {
        return text;
    }

    /** The interference of a label. */
    public static Interference of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label.equals(label))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "no interference " + label + "; there are " + labels()));
    }

    private static String labels() {
        return Arrays.stream(values()).map(Interference::label).collect(Collectors.joining(", "));
    }
}
