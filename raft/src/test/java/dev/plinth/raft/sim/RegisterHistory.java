package dev.plinth.raft.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What clients saw of one register, and whether some order of single steps explains it.
 *
 * <p>Each write brings a value of its own, so a read names its write, and the question has a quick
 * exact answer (Gibbons and Korach): put each write with its reads together; let {@code f} be the
 * first end and {@code s} the last begin among them. If {@code f < s} the value was current all
 * through {@code [f, s]}, and no two such zones may overlap; otherwise the value fits into any
 * moment of {@code [s, f]}, which must not lie wholly inside the zone of another value.
 */
public final class RegisterHistory {
    private static final long NEVER = Long.MAX_VALUE;

    private static final class Cluster {
        final long value;
        final long writeBegin;
        long firstEnd;
        long lastBegin;
        boolean wasRead;
        boolean writeEnded;

        Cluster(long value, long begin, long end) {
            this.value = value;
            writeBegin = begin;
            lastBegin = begin;
            firstEnd = end;
            writeEnded = end != NEVER;
        }
    }

    private final Map<Long, Cluster> clusters = new LinkedHashMap<>();

    /** The register holds a value that nobody wrote at the start. */
    public RegisterHistory(long initialValue) {
        clusters.put(initialValue, new Cluster(initialValue, -1, -1));
    }

    /** A write of a value that no other write has begins. */
    public void writeBegan(long value, long time) {
        clusters.put(value, new Cluster(value, time, NEVER));
    }

    /** The write surely did not happen. */
    public void writeRefused(long value) {
        clusters.remove(value);
    }

    /** The write was acknowledged. */
    public void writeEnded(long value, long time) {
        Cluster c = cluster(value);
        c.writeEnded = true;
        c.firstEnd = Math.min(c.firstEnd, time);
    }

    /** A read gave a value. */
    public void read(long value, long begin, long end) {
        Cluster c = cluster(value);
        if (end < c.writeBegin) {
            throw new Violation(
                    "linearizability", "value " + value + " read before it was written");
        }
        c.wasRead = true;
        c.firstEnd = Math.min(c.firstEnd, end);
        c.lastBegin = Math.max(c.lastBegin, begin);
    }

    private Cluster cluster(long value) {
        Cluster c = clusters.get(value);
        if (c == null) {
            throw new Violation("linearizability", "value " + value + " was never written");
        }
        return c;
    }

    /** A write of unknown outcome that nobody saw may as well not have happened. */
    public void check() {
        List<Cluster> forward = new ArrayList<>();
        List<Cluster> backward = new ArrayList<>();
        for (Cluster c : clusters.values()) {
            if (c.writeEnded || c.wasRead) {
                (c.firstEnd < c.lastBegin ? forward : backward).add(c);
            }
        }
        forward.sort(Comparator.comparingLong(c -> c.firstEnd));
        for (int i = 1; i < forward.size(); i++) {
            if (forward.get(i).firstEnd < forward.get(i - 1).lastBegin) {
                throw new Violation(
                        "linearizability",
                        "values "
                                + forward.get(i - 1).value
                                + " and "
                                + forward.get(i).value
                                + " were both current at "
                                + forward.get(i).firstEnd);
            }
        }
        for (Cluster b : backward) {
            for (Cluster f : forward) {
                if (f.firstEnd < b.lastBegin && b.firstEnd < f.lastBegin) {
                    throw new Violation(
                            "linearizability",
                            "value "
                                    + b.value
                                    + " has no place: "
                                    + f.value
                                    + " was current from "
                                    + f.firstEnd
                                    + " to "
                                    + f.lastBegin);
                }
            }
        }
    }
}
