package dev.plinth.server.quota;

import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The bound on the size of the database file.
 *
 * <p>A request passes while size plus its charge stays below the bound; one that charges nothing
 * always passes. Any thread.
 */
public final class BackendQuota {
    /** The bound when none is configured. */
    public static final long DEFAULT_BYTES = 2L << 30;

    /** Charge of a lease grant. */
    public static final long LEASE_CHARGE_BYTES = 64;

    private static final long PUT_OVERHEAD_BYTES = 256;

    private final long limitBytes;
    private final LongSupplier sizeBytes;

    /**
     * @param configuredBytes 0 for the default; negative for no bound
     * @param sizeBytes present size of the database
     */
    public BackendQuota(long configuredBytes, LongSupplier sizeBytes) {
        this.limitBytes = configuredBytes == 0 ? DEFAULT_BYTES : configuredBytes;
        this.sizeBytes = sizeBytes;
    }

    /** The bound in effect; negative when there is none. */
    public long limitBytes() {
        return limitBytes;
    }

    /** Whether a request with this charge may still be written. */
    public boolean admits(long chargeBytes) {
        return limitBytes < 0
                || chargeBytes == 0
                || sizeBytes.getAsLong() + chargeBytes < limitBytes;
    }

    /** Charge of a put. */
    public static long charge(PutRequest request) {
        return PUT_OVERHEAD_BYTES + request.getKey().size() + request.getValue().size();
    }

    /** Charge of a transaction: that of its dearer branch, nested ones included. */
    public static long charge(TxnRequest request) {
        return Math.max(charge(request.getSuccessList()), charge(request.getFailureList()));
    }

    private static long charge(List<RequestOp> branch) {
        long sum = 0;
        for (RequestOp op : branch) {
            if (op.hasRequestPut()) {
                sum += charge(op.getRequestPut());
            } else if (op.hasRequestTxn()) {
                sum += charge(op.getRequestTxn());
            }
        }
        return sum;
    }
}
