package dev.plinth.mvcc.index;

import java.util.Arrays;

/**
 * The revisions of one key, unpacked, oldest first; the writer's scratch space for compaction and
 * the reader's for keep questions.
 *
 * <p>Generations are as in etcd: a life from its first put to its tombstone; after a tombstone the
 * last generation is open and empty.
 */
final class Revisions {
    private int count;
    private long[] mains = new long[16];
    private int[] subs = new int[16];
    private boolean[] tombstones = new boolean[16];
    private long[] creates = new long[16];
    private long[] versions = new long[16];

    int count() {
        return count;
    }

    long main(int i) {
        return mains[i];
    }

    int sub(int i) {
        return subs[i];
    }

    boolean tombstone(int i) {
        return tombstones[i];
    }

    /** Loads all revisions; the cursor is at the newest one and ends behind the oldest. */
    void load(RecordCursor cursor) {
        count = 0;
        do {
            add(cursor);
        } while (cursor.next());
        reverse();
    }

    /**
     * The revision that a compaction at {@code at} picks: in the oldest generation that is open or
     * whose tombstone is not below {@code at}, the newest one with a main revision of at most
     * {@code at}.
     *
     * @return its index; -1 when none is picked
     */
    int picked(long at) {
        int from = firstKept(at);
        int result = -1;
        for (int i = from; i < count && mains[i] <= at; i++) {
            result = i;
            if (tombstones[i]) {
                break;
            }
        }
        return result;
    }

    /** Index of the first revision that is left after a compaction; {@link #count} for none. */
    int firstLeft(long at) {
        int picked = picked(at);
        return picked >= 0 ? picked : firstKept(at);
    }

    /** Start of the chosen generation; {@link #count} if that one is the open, empty one. */
    private int firstKept(long at) {
        int start = 0;
        for (int i = 0; i < count; i++) {
            if (tombstones[i]) {
                if (mains[i] >= at) {
                    return start;
                }
                start = i + 1;
            }
        }
        return start;
    }

    /** Encodes revisions {@code [from, to)} into {@code out} as one record. */
    void encode(int from, int to, int overflow, RecordBuffer out) {
        int newest = to - 1;
        out.putByte(
                (tombstones[newest] ? RecordCursor.TOMBSTONE : 0)
                        | (overflow != 0 ? RecordCursor.OVERFLOW : 0));
        if (overflow != 0) {
            out.putInt(overflow);
        }
        out.putVarint(mains[newest]);
        out.putVarint(subs[newest]);
        if (!tombstones[newest]) {
            putLife(newest, out);
        }
        for (int i = newest - 1; i >= from; i--) {
            long head = (mains[i + 1] - mains[i]) << 2;
            out.putVarint(head | (tombstones[i] ? 2 : 0) | (subs[i] != 0 ? 1 : 0));
            if (subs[i] != 0) {
                out.putVarint(subs[i]);
            }
            if (!tombstones[i] && tombstones[i + 1]) {
                putLife(i, out);
            }
        }
    }

    private void putLife(int i, RecordBuffer out) {
        out.putVarint(mains[i] - creates[i]);
        out.putVarint(versions[i]);
    }

    private void add(RecordCursor cursor) {
        if (count == mains.length) {
            int size = count * 2;
            mains = Arrays.copyOf(mains, size);
            subs = Arrays.copyOf(subs, size);
            tombstones = Arrays.copyOf(tombstones, size);
            creates = Arrays.copyOf(creates, size);
            versions = Arrays.copyOf(versions, size);
        }
        mains[count] = cursor.main;
        subs[count] = cursor.sub;
        tombstones[count] = cursor.tombstone;
        creates[count] = cursor.create;
        versions[count] = cursor.version;
        count++;
    }

    private void reverse() {
        for (int i = 0, j = count - 1; i < j; i++, j--) {
            long main = mains[i];
            mains[i] = mains[j];
            mains[j] = main;
            int sub = subs[i];
            subs[i] = subs[j];
            subs[j] = sub;
            boolean tombstone = tombstones[i];
            tombstones[i] = tombstones[j];
            tombstones[j] = tombstone;
            long create = creates[i];
            creates[i] = creates[j];
            creates[j] = create;
            long version = versions[i];
            versions[i] = versions[j];
            versions[j] = version;
        }
    }
}
