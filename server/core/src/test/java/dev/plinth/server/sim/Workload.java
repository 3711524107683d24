package dev.plinth.server.sim;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.server.sim.Operation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What clients ask. Registers ({@code r…}) are only written as a whole, with values of their own,
 * and never deleted; the other keys ({@code k…}) have everything done to them.
 */
final class Workload {
    private static final int REGISTERS = 3;
    private static final int VALUE_BYTES_MAX = 600;

    private final SimulationOptions options;
    private final History history;
    private final List<Long> leases = new ArrayList<>();
    private long values;
    private long leaseIds = 1000;

    Workload(SimulationOptions options, History history) {
        this.options = options;
        this.history = history;
    }

    static ByteString register(int number) {
        return ByteString.copyFromUtf8("r" + number);
    }

    static boolean isRegister(ByteString key) {
        return key.byteAt(0) == 'r';
    }

    private ByteString key(RandomGenerator random) {
        return ByteString.copyFromUtf8("k%02d".formatted(random.nextInt(options.keys())));
    }

    private ByteString value(RandomGenerator random) {
        String text = "v" + ++values;
        return ByteString.copyFromUtf8(
                random.nextInt(4) == 0 ? text + ".".repeat(random.nextInt(VALUE_BYTES_MAX)) : text);
    }

    Operation next(int client, RandomGenerator random, long now) {
        int draw = random.nextInt(100);
        if (draw < 18) {
            return new Operation(client, Kind.PUT, put(register(random)), now);
        }
        if (draw < 30) {
            return new Operation(
                    client,
                    Kind.RANGE,
                    RangeRequest.newBuilder().setKey(register(random)).build(),
                    now);
        }
        if (draw < 46) {
            return new Operation(client, Kind.PUT, put(random), now);
        }
        if (draw < 54) {
            return new Operation(client, Kind.DELETE, delete(random), now);
        }
        if (draw < 70) {
            return new Operation(client, Kind.TXN, txn(random), now);
        }
        if (draw < 80) {
            return new Operation(client, Kind.RANGE, range(random), now);
        }
        if (draw < 87) {
            return new Operation(
                    client,
                    Kind.SERIALIZABLE_RANGE,
                    range(random).toBuilder().setSerializable(true).build(),
                    now);
        }
        if (draw < 90) {
            return new Operation(client, Kind.COMPACT, compaction(random), now);
        }
        return lease(client, random, now);
    }

    private ByteString register(RandomGenerator random) {
        return register(random.nextInt(REGISTERS));
    }

    private PutRequest put(ByteString register) {
        return PutRequest.newBuilder()
                .setKey(register)
                .setValue(ByteString.copyFromUtf8("v" + ++values))
                .build();
    }

    private PutRequest put(RandomGenerator random) {
        PutRequest.Builder put =
                PutRequest.newBuilder()
                        .setKey(key(random))
                        .setValue(value(random))
                        .setPrevKv(random.nextInt(3) == 0);
        if (!leases.isEmpty() && random.nextInt(4) == 0) {
            put.setLease(anyLease(random));
        }
        return put.build();
    }

    private DeleteRangeRequest delete(RandomGenerator random) {
        DeleteRangeRequest.Builder delete =
                DeleteRangeRequest.newBuilder()
                        .setKey(key(random))
                        .setPrevKv(random.nextInt(3) == 0);
        if (random.nextInt(4) == 0) {
            delete.setRangeEnd(ByteString.copyFromUtf8("k" + (char) ('0' + random.nextInt(10))));
        }
        return delete.build();
    }

    private RangeRequest range(RandomGenerator random) {
        RangeRequest.Builder range = RangeRequest.newBuilder().setKey(key(random));
        if (random.nextInt(2) == 0) {
            range.setKey(ByteString.copyFromUtf8("k"))
                    .setRangeEnd(ByteString.copyFromUtf8("l"))
                    .setLimit(random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0)
                    .setCountOnly(random.nextInt(8) == 0)
                    .setKeysOnly(random.nextInt(8) == 0);
        }
        if (random.nextInt(3) == 0) {
            range.setRevision(Math.max(1, history.highestRevision() - random.nextInt(40)));
        }
        return range.build();
    }

    private TxnRequest txn(RandomGenerator random) {
        ByteString key = key(random);
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        Compare.Builder compare = Compare.newBuilder().setKey(key);
        switch (random.nextInt(4)) {
            case 0 ->
                    compare.setTarget(Compare.CompareTarget.VERSION).setVersion(random.nextInt(3));
            case 1 ->
                    compare.setTarget(Compare.CompareTarget.MOD)
                            .setModRevision(
                                    random.nextInt(2) == 0 ? 0 : history.lastModification(key));
            case 2 -> compare.setTarget(Compare.CompareTarget.CREATE).setCreateRevision(0);
            default -> compare.setTarget(Compare.CompareTarget.LEASE).setLease(0);
        }
        compare.setResult(
                switch (random.nextInt(3)) {
                    case 0 -> Compare.CompareResult.GREATER;
                    case 1 -> Compare.CompareResult.NOT_EQUAL;
                    default -> Compare.CompareResult.EQUAL;
                });
        txn.addCompare(compare);
        // No put of a key within the deleted range: such transactions are refused before the log.
        txn.addSuccess(RequestOp.newBuilder().setRequestPut(put(random).toBuilder().setKey(key)));
        txn.addSuccess(RequestOp.newBuilder().setRequestRange(currentRange(random)));
        if (random.nextBoolean()) {
            txn.addSuccess(
                    RequestOp.newBuilder()
                            .setRequestPut(
                                    PutRequest.newBuilder()
                                            .setKey(key.concat(ByteString.copyFromUtf8("+")))
                                            .setValue(value(random))));
        }
        txn.addFailure(RequestOp.newBuilder().setRequestRange(range(random)));
        if (random.nextBoolean()) {
            txn.addFailure(RequestOp.newBuilder().setRequestDeleteRange(delete(random)));
        }
        return txn.build();
    }

    private RangeRequest currentRange(RandomGenerator random) {
        return range(random).toBuilder().setRevision(0).build();
    }

    private CompactionRequest compaction(RandomGenerator random) {
        return CompactionRequest.newBuilder()
                .setRevision(Math.max(1, history.highestRevision() - random.nextInt(30)))
                .build();
    }

    private long anyLease(RandomGenerator random) {
        return leases.get(Math.max(0, leases.size() - 1 - random.nextInt(6)));
    }

    private Operation lease(int client, RandomGenerator random, long now) {
        int draw = random.nextInt(10);
        if (leases.isEmpty() || draw < 3) {
            leases.add(++leaseIds);
            return new Operation(
                    client,
                    Kind.GRANT,
                    LeaseGrantRequest.newBuilder()
                            .setID(leaseIds)
                            .setTTL(1 + random.nextInt(7))
                            .build(),
                    now);
        }
        if (draw < 4) {
            return new Operation(
                    client,
                    Kind.REVOKE,
                    LeaseRevokeRequest.newBuilder().setID(anyLease(random)).build(),
                    now);
        }
        return new Operation(
                client,
                Kind.RENEW,
                LeaseKeepAliveRequest.newBuilder().setID(anyLease(random)).build(),
                now);
    }
}
