package dev.plinth.mvcc;

/**
 * The number of one change: {@code main} counts write transactions (the first one makes 2), {@code
 * sub} the changes inside one transaction, from 0.
 */
public record Revision(long main, int sub) implements Comparable<Revision> {

    public Revision {
        if (main < 0 || sub < 0) {
            throw new IllegalArgumentException("negative revision " + main + "." + sub);
        }
    }

    @Override
    public int compareTo(Revision other) {
        int byMain = Long.compare(main, other.main);
        return byMain != 0 ? byMain : Integer.compare(sub, other.sub);
    }

    @Override
    public String toString() {
        return main + "." + sub;
    }
}
