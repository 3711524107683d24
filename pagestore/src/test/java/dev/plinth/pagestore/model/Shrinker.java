package dev.plinth.pagestore.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a failing workload smaller: leaves out ever smaller parts, steps first, then changes within
 * write transactions, for as long as what is left still fails.
 */
public final class Shrinker {
    private static final int ATTEMPTS_MAX = 3000;

    private final Predicate<List<Step>> fails;
    private int attempts;

    /** A search with the test whether a workload fails. */
    public Shrinker(Predicate<List<Step>> fails) {
        this.fails = fails;
    }

    /** A workload that fails, and from which little can be left out. */
    public List<Step> shrink(List<Step> failing) {
        List<Step> smallest = withoutParts(failing, fails);
        for (int i = 0; i < smallest.size(); i++) {
            if (smallest.get(i) instanceof Step.Write write) {
                List<Step> frame = smallest;
                int index = i;
                List<Step.Change> changes =
                        withoutParts(
                                write.changes(),
                                fewer -> fails.test(replaced(frame, index, write, fewer)));
                smallest = replaced(frame, index, write, changes);
            }
        }
        return smallest;
    }

    private static List<Step> replaced(
            List<Step> frame, int index, Step.Write write, List<Step.Change> changes) {
        List<Step> result = new ArrayList<>(frame);
        result.set(index, new Step.Write(changes, write.commits()));
        return result;
    }

    private <T> List<T> withoutParts(List<T> items, Predicate<List<T>> stillFails) {
        List<T> current = items;
        for (int part = Math.max(1, current.size() / 2); part > 0; part /= 2) {
            for (int from = 0; from < current.size() && attempts < ATTEMPTS_MAX; ) {
                List<T> fewer = new ArrayList<>(current.subList(0, from));
                fewer.addAll(
                        current.subList(Math.min(current.size(), from + part), current.size()));
                attempts++;
                if (stillFails.test(fewer)) {
                    current = fewer;
                } else {
                    from += part;
                }
            }
        }
        return current;
    }
}
