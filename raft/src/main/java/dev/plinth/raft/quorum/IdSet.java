package dev.plinth.raft.quorum;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of member ids in unsigned order, made for a handful of members: one array,
 * searched in order.
 */
public final class IdSet {
    public static final IdSet EMPTY = new IdSet(new long[0]);

    private final long[] ids;

    private IdSet(long[] ids) {
        this.ids = ids;
    }

    public static IdSet of(long... members) {
        IdSet set = EMPTY;
        for (long id : members) {
            set = set.with(id);
        }
        return set;
    }

    public int size() {
        return ids.length;
    }

    public boolean isEmpty() {
        return ids.length == 0;
    }

    /** The i-th smallest id. */
    public long get(int i) {
        return ids[i];
    }

    public boolean contains(long id) {
        for (long member : ids) {
            if (member == id) {
                return true;
            }
        }
        return false;
    }

    public IdSet with(long id) {
        int at = 0;
        while (at < ids.length && Long.compareUnsigned(ids[at], id) < 0) {
            at++;
        }
        if (at < ids.length && ids[at] == id) {
            return this;
        }
        long[] more = Arrays.copyOf(ids, ids.length + 1);
        System.arraycopy(ids, at, more, at + 1, ids.length - at);
        more[at] = id;
        return new IdSet(more);
    }

    public IdSet without(long id) {
        if (!contains(id)) {
            return this;
        }
        return ids.length == 1
                ? EMPTY
                : new IdSet(Arrays.stream(ids).filter(member -> member != id).toArray());
    }

    public IdSet union(IdSet other) {
        IdSet all = this;
        for (long id : other.ids) {
            all = all.with(id);
        }
        return all;
    }

    /** How many ids are in one of the sets alone. */
    public int symmetricDifference(IdSet other) {
        int common = 0;
        for (long id : ids) {
            if (other.contains(id)) {
                common++;
            }
        }
        return size() + other.size() - 2 * common;
    }

    public List<Long> toList() {
        return Arrays.stream(ids).boxed().toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IdSet that && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    /** Hexadecimal ids in parentheses, as logs and status show them: {@code (1 2 a)}. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("(");
        for (int i = 0; i < ids.length; i++) {
            out.append(i == 0 ? "" : " ").append(Long.toHexString(ids[i]));
        }
        return out.append(')').toString();
    }
}
