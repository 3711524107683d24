package dev.plinth.client;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.Compare.CompareResult;
import dev.plinth.api.etcdserverpb.Compare.CompareTarget;

/**
 * A condition of a {@link Txn} on one key or on each key of a range. A key that does not exist has
 * revisions, version and lease 0, and no value: a condition on its value does not hold.
 */
public final class Cmp {
    private final KeyRange keys;

    /** All but the keys. */
    private final Compare comparison;

    private Cmp(KeyRange keys, Compare comparison) {
        this.keys = keys;
        this.comparison = comparison;
    }

    /** Number of changes since the key came into being. */
    public static OfNumber version(Bytes key) {
        return version(KeyRange.single(key));
    }

    /** The same of each key. */
    public static OfNumber version(KeyRange keys) {
        return new OfNumber(keys, CompareTarget.VERSION);
    }

    /** Revision at which the key came into being. */
    public static OfNumber createRevision(Bytes key) {
        return createRevision(KeyRange.single(key));
    }

    /** The same of each key. */
    public static OfNumber createRevision(KeyRange keys) {
        return new OfNumber(keys, CompareTarget.CREATE);
    }

    /** Revision of the last change. */
    public static OfNumber modRevision(Bytes key) {
        return modRevision(KeyRange.single(key));
    }

    /** The same of each key. */
    public static OfNumber modRevision(KeyRange keys) {
        return new OfNumber(keys, CompareTarget.MOD);
    }

    /** Lease that the key goes with. */
    public static OfNumber lease(Bytes key) {
        return lease(KeyRange.single(key));
    }

    /** The same of each key. */
    public static OfNumber lease(KeyRange keys) {
        return new OfNumber(keys, CompareTarget.LEASE);
    }

    /** Value of the key. */
    public static OfValue value(Bytes key) {
        return value(KeyRange.single(key));
    }

    /** The same of each key. */
    public static OfValue value(KeyRange keys) {
        return new OfValue(keys);
    }

    /** The key does not exist. */
    public static Cmp absent(Bytes key) {
        return createRevision(key).is(0);
    }

    /** The key exists. */
    public static Cmp present(Bytes key) {
        return createRevision(key).isGreaterThan(0);
    }

    Compare on(Namespace namespace) {
        Namespace.Interval interval = namespace.interval(keys);
        return comparison.toBuilder().setKey(interval.key()).setRangeEnd(interval.end()).build();
    }

    @Override
    public String toString() {
        return "Cmp " + keys + " " + comparison.toString().replace('\n', ' ').strip();
    }

    /** A number to be compared. */
    public static final class OfNumber {
        private final KeyRange keys;
        private final CompareTarget target;

        private OfNumber(KeyRange keys, CompareTarget target) {
            this.keys = keys;
            this.target = target;
        }

        /** Equal. */
        public Cmp is(long number) {
            return cmp(CompareResult.EQUAL, number);
        }

        /** Not equal. */
        public Cmp isNot(long number) {
            return cmp(CompareResult.NOT_EQUAL, number);
        }

        /** Larger. */
        public Cmp isGreaterThan(long number) {
            return cmp(CompareResult.GREATER, number);
        }

        /** Smaller. */
        public Cmp isLessThan(long number) {
            return cmp(CompareResult.LESS, number);
        }

        private Cmp cmp(CompareResult result, long number) {
            Compare.Builder compare = Compare.newBuilder().setTarget(target).setResult(result);
            switch (target) {
                case VERSION -> compare.setVersion(number);
                case CREATE -> compare.setCreateRevision(number);
                case MOD -> compare.setModRevision(number);
                case LEASE -> compare.setLease(number);
                case VALUE, UNRECOGNIZED -> throw new IllegalStateException("not a number");
            }
            return new Cmp(keys, compare.build());
        }
    }

    /** A value to be compared, byte by byte without sign. */
    public static final class OfValue {
        private final KeyRange keys;

        private OfValue(KeyRange keys) {
            this.keys = keys;
        }

        /** Equal. */
        public Cmp is(Bytes value) {
            return cmp(CompareResult.EQUAL, value.content());
        }

        /** Not equal. */
        public Cmp isNot(Bytes value) {
            return cmp(CompareResult.NOT_EQUAL, value.content());
        }

        /** Larger. */
        public Cmp isGreaterThan(Bytes value) {
            return cmp(CompareResult.GREATER, value.content());
        }

        /** Smaller. */
        public Cmp isLessThan(Bytes value) {
            return cmp(CompareResult.LESS, value.content());
        }

        private Cmp cmp(CompareResult result, ByteString value) {
            return new Cmp(
                    keys,
                    Compare.newBuilder()
                            .setTarget(CompareTarget.VALUE)
                            .setResult(result)
                            .setValue(value)
                            .build());
        }
    }
}
