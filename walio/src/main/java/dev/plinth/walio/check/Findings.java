package dev.plinth.walio.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects findings; one per check name, the first one told. */
final class Findings {
    private final List<Finding> found = new ArrayList<>();

    void info(String check, String fact, String consequence, String remedy) {
        add(new Finding(check, Level.INFO, fact, consequence, remedy));
    }

    void warning(String check, String fact, String consequence, String remedy) {
        add(new Finding(check, Level.WARNING, fact, consequence, remedy));
    }

    void error(String check, String fact, String consequence, String remedy) {
        add(new Finding(check, Level.ERROR, fact, consequence, remedy));
    }

    void add(Finding finding) {
        if (found.stream().noneMatch(other -> other.check().equals(finding.check()))) {
            found.add(finding);
        }
    }

    /** Worst first; the sort keeps the order of the rules among equals. */
    List<Finding> sorted() {
        return found.stream().sorted(Comparator.comparing(Finding::level).reversed()).toList();
    }
}
