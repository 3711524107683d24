package dev.plinth.server.interop;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import java.util.random.RandomGenerator;

/**
 * A seeded stream of requests over few keys, so that they meet: puts with every option, ranges with
 * every order and filter, deletes, nested transactions, compactions, leases, watchers; now and then
 * one that has to be refused.
 */
final class RandomOperations {
    private static final int KEYS = 40;
    private static final int LEASES = 8;
    private static final long FIRST_LEASE = 7000;
    private static final int MAX_NESTING = 2;

    /** One key alone, or a sort by value would have ties. */
    private static final ByteString KEY_OF_EMPTY_VALUES = ByteString.copyFromUtf8("k00");

    private final RandomGenerator random;

    /** The newest revision that an answer has told; keeps revisions asked for near the truth. */
    private long revision = 1;

    private boolean hasInvertedInterval;

    RandomOperations(RandomGenerator random) {
        this.random = random;
    }

    void revisionIs(long newest) {
        revision = Math.max(revision, newest);
    }

    /**
     * Whether the last request names an interval that ends before it begins. Whether a caller with
     * few rights may ask for one depends in 3.5 on the shape of a search tree, so only root does.
     */
    boolean hasInvertedInterval() {
        return hasInvertedInterval;
    }

    Message next() {
        hasInvertedInterval = false;
        int dice = random.nextInt(1000);
        if (dice < 350) {
            return put();
        }
        if (dice < 600) {
            return range();
        }
        if (dice < 690) {
            return delete();
        }
        if (dice < 880) {
            return txn(0);
        }
        if (dice < 900) {
            return compaction();
        }
        if (dice < 940) {
            return LeaseGrantRequest.newBuilder()
                    .setID(lease())
                    .setTTL(3600 + random.nextInt(100))
                    .build();
        }
        if (dice < 960) {
            return LeaseRevokeRequest.newBuilder().setID(lease()).build();
        }
        if (dice < 975) {
            return watch();
        }
        return LeaseTimeToLiveRequest.newBuilder().setID(lease()).setKeys(true).build();
    }

    /**
     * Without open-ended intervals: 3.5 lets a reader of one key watch everything behind it, a flaw
     * that 3.7.1 does not have.
     */
    private WatchCreateRequest watch() {
        WatchCreateRequest.Builder watch = WatchCreateRequest.newBuilder().setKey(key());
        if (oneIn(2)) {
            watch.setRangeEnd(keyAsEnd(watch.getKey()));
        }
        if (oneIn(3)) {
            watch.setStartRevision(revision + random.nextInt(-3, 3));
        }
        return watch.setWatchId(random.nextInt(3)).build();
    }

    private PutRequest put() {
        PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setPrevKv(oneIn(4));
        if (oneIn(12)) {
            put.setIgnoreValue(true);
        }
        if (!put.getIgnoreValue() || oneIn(10)) {
            put.setValue(
                    put.getKey().equals(KEY_OF_EMPTY_VALUES) && oneIn(2)
                            ? ByteString.EMPTY
                            : value());
        }
        if (oneIn(12)) {
            put.setIgnoreLease(true);
        }
        if (oneIn(6)) {
            put.setLease(lease());
        }
        return put.build();
    }

    private RangeRequest range() {
        RangeRequest.Builder range = RangeRequest.newBuilder().setKey(key());
        if (!oneIn(3)) {
            range.setRangeEnd(rangeEnd(range.getKey()));
        }
        if (oneIn(3)) {
            range.setLimit(random.nextInt(-1, 12));
        }
        if (oneIn(4)) {
            range.setRevision(Math.max(0, revision - random.nextInt(-2, 60)));
        }
        range.setSerializable(oneIn(4)).setKeysOnly(oneIn(6)).setCountOnly(oneIn(8));
        if (oneIn(3)) {
            sorted(range);
        }
        if (oneIn(8)) {
            range.setMinModRevision(Math.max(0, revision - random.nextInt(50)));
        }
        if (oneIn(8)) {
            range.setMaxModRevision(Math.max(0, revision - random.nextInt(50)));
        }
        if (oneIn(8)) {
            range.setMinCreateRevision(Math.max(0, revision - random.nextInt(80)));
        }
        if (oneIn(8)) {
            range.setMaxCreateRevision(Math.max(0, revision - random.nextInt(80)));
        }
        return range.build();
    }

    /** Only targets without ties: a sort is not stable, so equal ones have no defined order. */
    private void sorted(RangeRequest.Builder range) {
        range.setSortOrder(RangeRequest.SortOrder.forNumber(random.nextInt(3)));
        range.setSortTarget(oneIn(2) ? RangeRequest.SortTarget.KEY : RangeRequest.SortTarget.VALUE);
        if (range.getSortTarget() == RangeRequest.SortTarget.VALUE && range.getKeysOnly()) {
            range.setKeysOnly(false);
        }
    }

    private DeleteRangeRequest delete() {
        DeleteRangeRequest.Builder delete =
                DeleteRangeRequest.newBuilder().setKey(key()).setPrevKv(oneIn(2));
        if (oneIn(3)) {
            ByteString start = delete.getKey();
            // A short interval: emptying the store again and again would leave nothing to compare.
            delete.setRangeEnd(start.concat(ByteString.copyFromUtf8("~")));
        }
        return delete.build();
    }

    private TxnRequest txn(int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compare());
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(operation(depth));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addFailure(operation(depth));
        }
        return txn.build();
    }

    private RequestOp operation(int depth) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        int dice = random.nextInt(10);
        if (dice < 4) {
            return operation.setRequestPut(put()).build();
        }
        if (dice < 7) {
            return operation.setRequestRange(range()).build();
        }
        if (dice < 9 || depth == MAX_NESTING) {
            return operation.setRequestDeleteRange(delete()).build();
        }
        return operation.setRequestTxn(txn(depth + 1)).build();
    }

    private Compare compare() {
        Compare.Builder compare =
                Compare.newBuilder()
                        .setKey(key())
                        .setResult(Compare.CompareResult.forNumber(random.nextInt(4)));
        if (oneIn(5)) {
            compare.setRangeEnd(rangeEnd(compare.getKey()));
        }
        switch (random.nextInt(5)) {
            case 0 ->
                    compare.setTarget(Compare.CompareTarget.VERSION).setVersion(random.nextInt(3));
            case 1 -> compare.setTarget(Compare.CompareTarget.CREATE).setCreateRevision(near());
            case 2 -> compare.setTarget(Compare.CompareTarget.MOD).setModRevision(near());
            case 3 -> compare.setTarget(Compare.CompareTarget.VALUE).setValue(value());
            default ->
                    compare.setTarget(Compare.CompareTarget.LEASE).setLease(oneIn(2) ? 0 : lease());
        }
        return compare.build();
    }

    private CompactionRequest compaction() {
        return CompactionRequest.newBuilder()
                .setRevision(Math.max(0, revision - random.nextInt(-1, 80)))
                .setPhysical(true)
                .build();
    }

    private long near() {
        return Math.max(0, revision - random.nextInt(40));
    }

    private ByteString key() {
        if (oneIn(200)) {
            return ByteString.EMPTY;
        }
        return ByteString.copyFromUtf8("k%02d".formatted(random.nextInt(KEYS)));
    }

    private ByteString rangeEnd(ByteString key) {
        return switch (random.nextInt(5)) {
            case 0 -> ByteString.copyFrom(new byte[1]);
            case 1 -> ByteString.copyFromUtf8("l");
            default -> keyAsEnd(key);
        };
    }

    private ByteString keyAsEnd(ByteString key) {
        ByteString end = ByteString.copyFromUtf8("k%02d".formatted(random.nextInt(KEYS)));
        hasInvertedInterval |=
                ByteString.unsignedLexicographicalComparator().compare(key, end) >= 0;
        return end;
    }

    /** Values differ from each other, so that a sort by them has one result. */
    private ByteString value() {
        byte[] bytes = new byte[8 + (oneIn(50) ? 5000 : random.nextInt(40))];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private long lease() {
        return FIRST_LEASE + random.nextInt(LEASES);
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }
}
