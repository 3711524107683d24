package dev.plinth.server.apply;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Labeled;
import dev.plinth.server.metrics.Metrics;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Tells what was applied and how long it took: metrics, and a line for what was slow or refused, in
 * etcd's words and without values.
 *
 * <p>{@link #applied} and the counts of writes are the apply loop's, {@link #read} any thread's.
 * Cost of an entry: two looks at the clock and two additions.
 */
public final class ApplyRecorder {
    private static final int FIELDS = 2048;

    private final LongSupplier nanoClock;
    private final long slowNanos;
    private final Log log;
    private final Labeled<Histogram> seconds;
    private final Histogram[] succeeded = new Histogram[FIELDS];
    private final Histogram[] failed = new Histogram[FIELDS];
    private final Histogram rangeSeconds;
    private final Histogram failedRangeSeconds;
    private final Counter slow;
    private final Counter ranges;
    private final Counter puts;
    private final Counter deletes;
    private final Counter txns;
    private final Gauge putBytes;
    private final Labeled<Gauge> alarms;
    private final Counter granted;
    private final Counter revoked;
    private final Histogram grantedSeconds;

    /**
     * Registers the names.
     *
     * @param slowNanos what takes longer gets a line
     */
    public ApplyRecorder(Metrics metrics, LongSupplier nanoClock, long slowNanos, Log log) {
        this.nanoClock = nanoClock;
        this.slowNanos = slowNanos;
        this.log = log;
        seconds =
                metrics.histograms(
                        "etcd_server_apply_duration_seconds",
                        "The latency distributions of v2/v3 apply called by backend.",
                        Buckets.doubling(0.0001, 20),
                        "version",
                        "op",
                        "success");
        Labeled<Histogram> rangeTimes =
                metrics.histograms(
                        "etcd_server_range_duration_seconds",
                        "The latency distributions of txn.Range",
                        Buckets.doubling(0.0001, 20),
                        "success");
        rangeSeconds = rangeTimes.with("true");
        failedRangeSeconds = rangeTimes.with("false");
        slow =
                metrics.counter(
                        "etcd_server_slow_apply_total",
                        "The total number of slow apply requests (likely overloaded from slow"
                                + " disk).");
        ranges =
                metrics.counter(
                        "etcd_mvcc_range_total", "Total number of ranges seen by this member.");
        puts = metrics.counter("etcd_mvcc_put_total", "Total number of puts seen by this member.");
        deletes =
                metrics.counter(
                        "etcd_mvcc_delete_total", "Total number of deletes seen by this member.");
        txns = metrics.counter("etcd_mvcc_txn_total", "Total number of txns seen by this member.");
        putBytes =
                metrics.gauge(
                        "etcd_debugging_mvcc_total_put_size_in_bytes",
                        "The total size of put kv pairs seen by this member.");
        alarms =
                metrics.gauges(
                        "etcd_debugging_server_alarms",
                        "Alarms for every member in cluster. 1 for 'server_id' label with current"
                                + " ID. 2 for 'alarm_type' label with type of this alarm",
                        "server_id",
                        "alarm_type");
        granted =
                metrics.counter(
                        "etcd_debugging_lease_granted_total",
                        "The total number of granted leases.");
        revoked =
                metrics.counter(
                        "etcd_debugging_lease_revoked_total",
                        "The total number of revoked leases.");
        grantedSeconds =
                metrics.histogram(
                        "etcd_debugging_lease_ttl_total",
                        "Bucketed histogram of lease TTLs.",
                        Buckets.doubling(1, 24));
    }

    long now() {
        return nanoClock.getAsLong();
    }

    /** A request has been applied. */
    void applied(EntryReader entry, ApplyResult result, long startNanos) {
        long nanos = nanoClock.getAsLong() - startNanos;
        RefusedException refusal =
                result instanceof ApplyResult.Refused(RefusedException reason)
                                && reason.error() != EtcdError.COMPACTED
                        ? reason
                        : null;
        series(entry.field(), refusal == null).observeNanos(nanos);
        if (nanos > slowNanos) {
            slow.increment();
            log.warn(
                    "apply request took too long",
                    "took",
                    GoDuration.format(nanos),
                    "expected-duration",
                    GoDuration.format(slowNanos),
                    "prefix",
                    "",
                    "request",
                    RequestText.of(entry.requestId(), entry.field(), entry.body()),
                    "response",
                    "size:" + size(result),
                    "error",
                    refusal == null ? "" : String.valueOf(refusal.getMessage()));
        }
        if (refusal != null) {
            log.warn(
                    "failed to apply request",
                    "took",
                    GoDuration.format(nanos),
                    "request",
                    RequestText.of(entry.requestId(), entry.field(), entry.body()),
                    "response",
                    "",
                    "error",
                    String.valueOf(refusal.getMessage()));
        }
    }

    private static int size(ApplyResult result) {
        return result instanceof ApplyResult.Done(long _, ResponseBody body) ? body.size() : 0;
    }

    private Histogram series(int field, boolean isSuccess) {
        Histogram[] all = isSuccess ? succeeded : failed;
        if (field < 0 || field >= FIELDS) {
            return seconds.with("v3", "unknown", Boolean.toString(isSuccess));
        }
        Histogram known = all[field];
        if (known == null) {
            known = seconds.with("v3", operation(field), Boolean.toString(isSuccess));
            all[field] = known;
        }
        return known;
    }

    /** {@code DeleteRange} for the field {@code delete_range}. */
    static String operation(int field) {
        FieldDescriptor descriptor = InternalRaftRequest.getDescriptor().findFieldByNumber(field);
        if (descriptor == null) {
            return "unknown";
        }
        StringBuilder name = new StringBuilder();
        for (String word : descriptor.getName().split("_", -1)) {
            name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
        }
        return name.toString();
    }

    /**
     * A read outside the log has been done.
     *
     * @param kind {@code range} or {@code txn}
     * @param request what was asked, without values
     * @param responseCount pairs that were found
     */
    public void read(
            String kind,
            Object request,
            int responseCount,
            int responseBytes,
            long nanos,
            boolean isSuccess) {
        ranges.increment();
        (isSuccess ? rangeSeconds : failedRangeSeconds).observeNanos(nanos);
        if (nanos > slowNanos) {
            slow.increment();
            log.warn(
                    "apply request took too long",
                    "took",
                    GoDuration.format(nanos),
                    "expected-duration",
                    GoDuration.format(slowNanos),
                    "prefix",
                    "read-only " + kind + " ",
                    "request",
                    RequestText.oneLine(request),
                    "response",
                    "range_response_count:" + responseCount + " size:" + responseBytes);
        }
    }

    void alarm(long memberId, AlarmType type, boolean isActive) {
        alarms.with(Long.toHexString(memberId), type.name()).set(isActive ? 1 : 0);
    }

    void put(PutRequest request) {
        puts.increment();
        putBytes.add(request.getKey().size() + (long) request.getValue().size());
    }

    void delete() {
        deletes.increment();
    }

    void granted(long ttlSeconds) {
        granted.increment();
        grantedSeconds.observe((double) ttlSeconds);
    }

    void revoked() {
        revoked.increment();
    }

    /** Counts what a transaction did on the branches that it took. */
    void txn(TxnRequest request, ApplyResult result) {
        if (result
                instanceof ApplyResult.Done(long _, ResponseBody.MessageBody(TxnResponse done))) {
            int operations = count(request, done);
            if (operations > 1) {
                txns.increment();
            }
        }
    }

    private int count(TxnRequest request, TxnResponse response) {
        List<RequestOp> taken =
                response.getSucceeded() ? request.getSuccessList() : request.getFailureList();
        int operations = 0;
        for (int i = 0; i < taken.size(); i++) {
            RequestOp op = taken.get(i);
            operations++;
            switch (op.getRequestCase()) {
                case REQUEST_RANGE -> ranges.increment();
                case REQUEST_PUT -> put(op.getRequestPut());
                case REQUEST_DELETE_RANGE -> delete();
                case REQUEST_TXN ->
                        operations +=
                                count(
                                        op.getRequestTxn(),
                                        response.getResponses(i).getResponseTxn());
                case REQUEST_NOT_SET -> {}
            }
        }
        return operations;
    }
}
