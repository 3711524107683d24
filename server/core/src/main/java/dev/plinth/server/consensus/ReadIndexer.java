package dev.plinth.server.consensus;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.RawNode;
import dev.plinth.raft.ReadState;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.RequestIds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Confirms indexes for linearizable reads. All reads that arrived before a round share it; those
 * that arrive while it is out wait for the next. A round that is not answered is asked again under
 * another id, and any of its ids confirms it.
 *
 * <p>The raft loop's alone but for {@link #add}.
 */
final class ReadIndexer {
    private static final int WAITING_MAX = 1 << 15;
    private static final long RETRY_NANOS = 500_000_000L;

    private record Reader(Barrier barrier, long deadlineNanos) {}

    private final RequestIds ids;
    private final AppliedIndex applied;
    private final MpscQueue<Reader> arriving = new MpscQueue<>(WAITING_MAX);
    private List<Reader> round = new ArrayList<>();
    private final Set<Long> roundIds = new HashSet<>();
    private final LongAdder slowRounds = new LongAdder();
    private final LongAdder failedReaders = new LongAdder();
    private long askedNanos;

    ReadIndexer(RequestIds ids, AppliedIndex applied) {
        this.ids = ids;
        this.applied = applied;
    }

    /** Joins the next round. Any thread. */
    void add(Barrier barrier, long deadlineNanos) {
        if (!arriving.offer(new Reader(barrier, deadlineNanos))) {
            barrier.failed(RefusedException.of(EtcdError.TOO_MANY_REQUESTS));
        }
    }

    /** Rounds that were asked for again; any thread. */
    long slowRounds() {
        return slowRounds.sum();
    }

    /** Readers whose deadline passed without an answer; any thread. */
    long failedReaders() {
        return failedReaders.sum();
    }

    /** Starts a round if readers wait and none is out, or asks again for one that is late. */
    int doWork(RawNode node, boolean hasLeader, long nowNanos) {
        if (round.isEmpty()) {
            for (Reader reader = arriving.poll(); reader != null; reader = arriving.poll()) {
                round.add(reader);
            }
            if (round.isEmpty()) {
                return 0;
            }
            ask(node, hasLeader, nowNanos);
            return 1;
        }
        if (nowNanos - askedNanos >= RETRY_NANOS) {
            slowRounds.increment();
            expire(nowNanos);
            if (!round.isEmpty()) {
                ask(node, hasLeader, nowNanos);
            }
            return 1;
        }
        return 0;
    }

    private void ask(RawNode node, boolean hasLeader, long nowNanos) {
        askedNanos = nowNanos;
        if (!hasLeader) {
            return;
        }
        long id = ids.next();
        roundIds.add(id);
        node.readIndex(Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(id).array()));
    }

    /** Takes the answers of raft. */
    void confirmed(List<ReadState> states) {
        for (ReadState state : states) {
            if (state.context().length() != Long.BYTES) {
                continue;
            }
            long id = ByteBuffer.wrap(state.context().toArray()).getLong();
            if (roundIds.contains(id)) {
                for (Reader reader : endRound()) {
                    applied.await(
                            state.index(),
                            reader.deadlineNanos(),
                            EtcdError.TIMEOUT,
                            reader.barrier());
                }
            }
        }
    }

    /** A leader came or went: a round that was asked of another cannot be trusted. */
    void leaderChanged() {
        if (roundIds.isEmpty()) {
            askedNanos -= RETRY_NANOS;
        } else {
            failRound(RefusedException.of(EtcdError.LEADER_CHANGED));
        }
    }

    /** Fails everything that waits. */
    void failAll(RefusedException reason) {
        failRound(reason);
        for (Reader reader = arriving.poll(); reader != null; reader = arriving.poll()) {
            reader.barrier().failed(reason);
        }
    }

    private void failRound(RefusedException reason) {
        endRound().forEach(reader -> reader.barrier().failed(reason));
    }

    private List<Reader> endRound() {
        List<Reader> ended = round;
        round = new ArrayList<>();
        roundIds.clear();
        return ended;
    }

    private void expire(long nowNanos) {
        @Nullable RefusedException late = null;
        for (int i = round.size() - 1; i >= 0; i--) {
            if (round.get(i).deadlineNanos() - nowNanos <= 0) {
                late = late == null ? RefusedException.of(EtcdError.TIMEOUT) : late;
                failedReaders.increment();
                round.remove(i).barrier().failed(late);
            }
        }
    }
}
