package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.raft.sim.RegisterHistory;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members as processes, of which again and again one is killed or stopped for a while, the
 * leader or another, while clients write and read a few registers through all of them. Each round
 * has registers of its own, whose history has to be that of registers; at its end every member is
 * read once more. At the end of all the hashes are equal.
 *
 * <p>{@code -Dplinth.loop.seconds=1200} is the long run, {@code -Dplinth.loop.seed=N} chooses the
 * same faults again.
 */
class ProcessLoopIT {
    private static final long SECONDS = Long.getLong("plinth.loop.seconds", 8);
    private static final long SEED = Long.getLong("plinth.loop.seed", System.nanoTime());
    private static final int CLIENTS = 4;
    private static final int REGISTERS = 3;
    private static final int CALLS_AFTER_FAULT = 60;
    private static final int CALLS_DURING_FAULT_MAX = 300;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Short, since a member that stands still is asked in turn with the others. */
    private static final long CALL_MILLIS = 1000;

    @TempDir Path dir;

    private final List<ClusterNode> members = new ArrayList<>();
    private final Random random = new Random(SEED);
    private int kills;
    private int pauses;
    private long answered;
    private long unanswered;

    @AfterEach
    void stop() {
        members.forEach(ClusterNode::close);
    }

    @Test
    void registersStayRegistersWhateverHappensToOneProcess() {
        System.out.printf("seed %d, %d seconds%n", SEED, SECONDS);
        for (int i = 1; i <= 3; i++) {
            members.add(ClusterNode.plinth("m" + i, dir));
        }
        String cluster = ClusterNode.cluster(members);
        members.forEach(
                node -> node.start(cluster, "new", List.of("--snapshot-catchup-entries=500")));
        members.forEach(node -> node.process().awaitReady());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        int rounds = 0;
        while (rounds == 0 || System.nanoTime() < end) {
            round(rounds++);
        }
        ClusterNode.assertSameHash(members);
        System.out.printf(
                "%d rounds: %d kills, %d pauses; %d calls answered, %d not; hashes equal%n",
                rounds, kills, pauses, answered, unanswered);
    }

    private void round(int number) {
        Registers registers = new Registers("round/%06d/".formatted(number));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client(registers, random.nextLong()));
        }
        try {
            ClusterNode victim = members.get(random.nextInt(members.size()));
            int callsDuringFault = 1 + random.nextInt(CALLS_DURING_FAULT_MAX);
            String fault;
            if (random.nextBoolean()) {
                fault = "kill of " + victim;
                kills++;
                victim.process().kill();
                registers.awaitMore(callsDuringFault, fault);
                victim.startAgain().process().awaitReady();
            } else {
                fault = "pause of " + victim;
                pauses++;
                victim.process().pause();
                registers.awaitMore(callsDuringFault, fault);
                victim.process().resume();
            }
            registers.awaitMore(CALLS_AFTER_FAULT, "after the " + fault);
        } finally {
            clients.forEach(Client::stop);
        }
        for (ClusterNode node : members) {
            node.revision();
            for (int i = 0; i < REGISTERS; i++) {
                assertThat(registers.isRead(node, i, LIMIT.toMillis()))
                        .as("%s reads register %d", node, i)
                        .isTrue();
            }
        }
        registers.check();
        answered += registers.answered;
        unanswered += registers.unanswered;
    }

    /** The keys of a round, and what was seen of them. Any thread. */
    private static final class Registers {
        private final String prefix;
        private final List<RegisterHistory> histories = new ArrayList<>();
        private final long start = System.nanoTime();
        private @Nullable RuntimeException failure;
        private long lastValue;
        private long answered;
        private long unanswered;

        Registers(String prefix) {
            this.prefix = prefix;
            for (int i = 0; i < REGISTERS; i++) {
                histories.add(new RegisterHistory(0));
            }
        }

        private long now() {
            return System.nanoTime() - start;
        }

        private ByteString key(int register) {
            return ByteString.copyFromUtf8(prefix + register);
        }

        /** One that is not answered may have happened, now or later. */
        void write(ClusterNode node, int register) {
            long value;
            synchronized (this) {
                value = ++lastValue;
                histories.get(register).writeBegan(value, now());
            }
            try {
                var _ =
                        calls(node, CALL_MILLIS)
                                .put(
                                        PutRequest.newBuilder()
                                                .setKey(key(register))
                                                .setValue(ByteString.copyFromUtf8("" + value))
                                                .build());
                synchronized (this) {
                    histories.get(register).writeEnded(value, now());
                    countAnswered();
                }
            } catch (StatusRuntimeException _) {
                countUnanswered();
            }
        }

        boolean isRead(ClusterNode node, int register, long limitMillis) {
            long begin = now();
            try {
                RangeResponse response =
                        calls(node, limitMillis)
                                .range(RangeRequest.newBuilder().setKey(key(register)).build());
                long value =
                        response.getKvsCount() == 0
                                ? 0
                                : Long.parseLong(response.getKvs(0).getValue().toStringUtf8());
                synchronized (this) {
                    histories.get(register).read(value, begin, now());
                    countAnswered();
                }
                return true;
            } catch (StatusRuntimeException _) {
                countUnanswered();
                return false;
            }
        }

        private static KVGrpc.KVBlockingStub calls(ClusterNode node, long limitMillis) {
            return node.keys()
                    .withWaitForReady()
                    .withDeadlineAfter(limitMillis, TimeUnit.MILLISECONDS);
        }

        private synchronized void countAnswered() {
            answered++;
            notifyAll();
        }

        private synchronized void countUnanswered() {
            unanswered++;
        }

        synchronized void awaitMore(int calls, String during) {
            long wanted = answered + calls;
            long limit = System.nanoTime() + LIMIT.toNanos();
            while (answered < wanted && failure == null) {
                long left = TimeUnit.NANOSECONDS.toMillis(limit - System.nanoTime());
                assertThat(left).as("%s: %d calls of %d", during, answered, wanted).isPositive();
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", e);
                }
            }
        }

        synchronized void failed(RuntimeException cause) {
            failure = cause;
            notifyAll();
        }

        synchronized void check() {
            if (failure != null) {
                throw failure;
            }
            histories.forEach(RegisterHistory::check);
        }
    }

    /** Writes and reads registers at random, through members at random. */
    private final class Client {
        private final Registers registers;
        private final Random choice;
        private final Thread thread = new Thread(this::run, "register-client");
        private volatile boolean isStopping;

        Client(Registers registers, long seed) {
            this.registers = registers;
            this.choice = new Random(seed);
            thread.start();
        }

        private void run() {
            try {
                callUntilStopped();
            } catch (RuntimeException e) {
                registers.failed(e);
            }
        }

        private void callUntilStopped() {
            while (!isStopping) {
                ClusterNode node = members.get(choice.nextInt(members.size()));
                int register = choice.nextInt(REGISTERS);
                if (choice.nextBoolean()) {
                    registers.write(node, register);
                } else {
                    var _ = registers.isRead(node, register, CALL_MILLIS);
                }
            }
        }

        void stop() {
            isStopping = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
