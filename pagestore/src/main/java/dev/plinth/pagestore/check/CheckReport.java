package dev.plinth.pagestore.check;

import dev.plinth.pagestore.format.KeyText;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where findings go, with the path of pages on which the check stands. */
final class CheckReport {
    private final Consumer<Finding> findings;
    private final boolean printableKeys;
    private final List<Long> path = new ArrayList<>();

    CheckReport(Consumer<Finding> findings, boolean printableKeys) {
        this.findings = findings;
        this.printableKeys = printableKeys;
    }

    void enter(long page) {
        path.add(page);
    }

    void leave() {
        path.removeLast();
    }

    boolean isWithin(long page) {
        return path.contains(page);
    }

    int depth() {
        return path.size();
    }

    void add(Finding.Kind kind, long page, String text) {
        findings.accept(new Finding(kind, page, text));
    }

    /** The path as the reference prints it. */
    String stack() {
        StringBuilder text = new StringBuilder("[");
        for (long page : path) {
            text.append(text.length() > 1 ? " " : "").append(page);
        }
        return text.append(']').toString();
    }

    String key(byte @Nullable [] key) {
        if (key == null) {
            return "";
        }
        return printableKeys ? KeyText.printableOrHex(key) : HexFormat.of().formatHex(key);
    }
}
