package dev.plinth.tools.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.v3lockpb.LockGrpc;
import dev.plinth.api.v3lockpb.LockRequest;
import dev.plinth.api.v3lockpb.UnlockRequest;
import dev.plinth.tools.bench.SoftwareTransaction.Isolation;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.Contender;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.tools.client.LeaseSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** {@code bench stm}: transactions in software, repeated until they meet no conflict. */
final class StmCommand {
    private static final int KEY_BYTES = 16;
    private static final int PERCENT = 100;
    private static final ByteString LOCK = ByteString.copyFromUtf8("stmlock");

    /** How transactions are kept apart, besides by themselves. */
    private enum Locker {
        STM,
        LOCK_CLIENT,
        LOCK_RPC
    }

    /** Keeps the transactions of one client and those of others apart. */
    @FunctionalInterface
    private interface Guard {
        /** Returns what releases it. */
        Release lock() throws CallFailure, InterruptedException;
    }

    @FunctionalInterface
    private interface Release {
        void unlock() throws CallFailure;
    }

    /** What each transaction does. */
    private record Load(int keySpace, int keys, int writes, int valueBytes) {
        static Load of(ParsedFlags flags) throws ToolFailure {
            int keySpace = BenchFlags.count(flags, "keys", 1);
            long percent = flags.number("txn-wr-percent");
            if (percent < 0 || percent > PERCENT) {
                throw ToolFailure.error(
                        "expected [0, 100] --txn-wr-percent, got (" + percent + ")");
            }
            long keys = flags.number("keys-per-txn");
            if (keys < 0 || keys > keySpace) {
                throw ToolFailure.error(
                        "expected --keys-per-txn between 0 and %d, got (%d)"
                                .formatted(keySpace, keys));
            }
            return new Load(
                    keySpace,
                    (int) keys,
                    (int) (keys * percent / PERCENT),
                    BenchFlags.count(flags, "val-size", 0));
        }

        Set<ByteString> draw(RandomGenerator random) {
            Set<ByteString> drawn = new HashSet<>();
            while (drawn.size() < keys) {
                drawn.add(Keys.key(random.nextInt(keySpace), KEY_BYTES));
            }
            return drawn;
        }
    }

    private final BenchContext context;

    StmCommand(BenchContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("stm", "Benchmark STM")
                .flags(
                        Flag.text(
                                "isolation",
                                "r",
                                "Read Committed (c), Repeatable Reads (r), Serializable (s), or"
                                        + " Snapshot (ss)"),
                        Flag.number("keys", 1, "Total unique keys accessible by the benchmark"),
                        Flag.number("total", 10_000, "Total number of completed STM transactions"),
                        Flag.number("keys-per-txn", 1, "Number of keys to access per transaction"),
                        Flag.number(
                                "txn-wr-percent",
                                50,
                                "Percentage of keys to overwrite per transaction"),
                        Flag.text(
                                "stm-locker",
                                "stm",
                                "Wrap STM transaction with a custom locking mechanism (stm,"
                                        + " lock-client, lock-rpc)"),
                        Flag.number("val-size", 8, "Value size of each STM put request"),
                        Flag.unsigned(
                                "rate", 0, "Maximum STM transactions per second (0 is no limit)"))
                .does(flags -> context.measured(flags, StmCommand::run));
    }

    private static void run(BenchSession session)
            throws ToolFailure, CallFailure, InterruptedException {
        ParsedFlags flags = session.flags();
        Load load = Load.of(flags);
        Isolation isolation = isolation(flags.text("isolation"));
        Locker locker = locker(flags.text("stm-locker"));
        List<LeaseSession> leases = new ArrayList<>();
        try {
            List<Guard> guards = new ArrayList<>();
            for (int i = 0; i < session.clients(); i++) {
                guards.add(guard(locker, session.lanes().line(i).client(), leases));
            }
            new BlockingLoop(session, BenchFlags.count(flags, "total", 1))
                    .run(
                            "stm",
                            (client, index) -> {
                                Release release = guards.get(index).lock();
                                try {
                                    transact(client, isolation, load);
                                } finally {
                                    release.unlock();
                                }
                            });
        } finally {
            leases.forEach(LeaseSession::close);
        }
    }

    private static Isolation isolation(String name) throws ToolFailure {
        return switch (name) {
            case "c" -> Isolation.READ_COMMITTED;
            case "r" -> Isolation.REPEATABLE_READS;
            case "s" -> Isolation.SERIALIZABLE;
            case "ss" -> Isolation.SERIALIZABLE_SNAPSHOT;
            default -> throw ToolFailure.error("unexpected --isolation \"" + name + "\"");
        };
    }

    private static Locker locker(String name) throws ToolFailure {
        return switch (name) {
            case "stm" -> Locker.STM;
            case "lock-client" -> Locker.LOCK_CLIENT;
            case "lock-rpc" -> Locker.LOCK_RPC;
            default -> throw ToolFailure.error("unexpected stm locker \"" + name + "\"");
        };
    }

    private static Guard guard(Locker locker, EtcdClient client, List<LeaseSession> leases)
            throws CallFailure {
        if (locker == Locker.STM) {
            return () -> () -> {};
        }
        LeaseSession lease = LeaseSession.begin(client, 0);
        leases.add(lease);
        return locker == Locker.LOCK_CLIENT
                ? () -> {
                    Contender place =
                            Contender.enter(client, LOCK, lease.lease(), ByteString.EMPTY);
                    place.awaitTurn();
                    return place::leave;
                }
                : () -> {
                    LockRequest request =
                            LockRequest.newBuilder().setName(LOCK).setLease(lease.lease()).build();
                    ByteString key = client.call(LockGrpc.getLockMethod(), request, null).getKey();
                    UnlockRequest unlock = UnlockRequest.newBuilder().setKey(key).build();
                    return () -> client.call(LockGrpc.getUnlockMethod(), unlock, null);
                };
    }

    private static void transact(EtcdClient client, Isolation isolation, Load load)
            throws CallFailure {
        RandomGenerator random = ThreadLocalRandom.current();
        Set<ByteString> keys = load.draw(random);
        SoftwareTransaction.commit(
                client,
                isolation,
                transaction -> {
                    int left = load.writes();
                    for (ByteString key : keys) {
                        var _ = transaction.get(key);
                        if (left-- > 0) {
                            transaction.put(key, Keys.random(load.valueBytes(), random));
                        }
                    }
                });
    }
}
