package dev.plinth.server.metrics;

/**
 * Upper bounds of a histogram, ascending; one without bound is always added. Immutable.
 *
 * <p>The bounds that etcd uses double from one to the next, so that dashboards can compare members
 * of both kinds.
 */
public final class Buckets {
    /** 1 ms to 8.192 s: syncs, commits and requests of etcd. */
    public static final Buckets SYNC_SECONDS = doubling(0.001, 14);

    private final double[] bounds;

    private Buckets(double[] bounds) {
        this.bounds = bounds;
    }

    /** So many bounds, each the double of the one before. */
    public static Buckets doubling(double first, int count) {
        double[] bounds = new double[count];
        double bound = first;
        for (int i = 0; i < count; i++) {
            bounds[i] = bound;
            bound *= 2;
        }
        return new Buckets(bounds);
    }

    /** The given bounds. */
    public static Buckets of(double... bounds) {
        return new Buckets(bounds.clone());
    }

    int count() {
        return bounds.length;
    }

    double bound(int index) {
        return bounds[index];
    }

    /** The first bucket that takes a value; {@link #count} if it is above all bounds. */
    int indexOf(double value) {
        int index = 0;
        while (index < bounds.length && value > bounds[index]) {
            index++;
        }
        return index;
    }
}
