package dev.plinth.server.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.raft.sim.RegisterHistory;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.sim.CommittedLog.Committed;
import dev.plinth.server.sim.Operation.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Whether what clients were told is strictly serializable, after a run.
 *
 * <p>Two checks that know nothing of each other. The first takes the committed log as the order:
 * each answer has to be the one that a plain model gives at its place, and an operation that began
 * after another had ended must not stand before it. The second takes the registers alone and asks
 * whether any order explains them, without looking at log or revisions.
 */
final class HistoryCheck {
    private final StoreModel model;
    private final List<Operation> operations;
    private final Map<Long, Long> positionOfRequest = new HashMap<>();
    private final Map<Long, StoreModel.Outcome> outcomes = new HashMap<>();

    /** First position at which the store is at a revision. */
    private final TreeMap<Long, Long> firstPosition = new TreeMap<>();

    private final List<Long> revisionAt = new ArrayList<>();

    HistoryCheck(StoreModel model, CommittedLog committed, List<Operation> operations) {
        this.model = model;
        this.operations = operations;
        revisionAt.add(model.revision());
        firstPosition.put(model.revision(), 0L);
        for (Committed entry : committed.all()) {
            if (entry.request() != null) {
                long id = entry.request().getHeader().getID();
                outcomes.put(id, model.apply(entry.request()));
                positionOfRequest.put(id, entry.index());
            }
            revisionAt.add(model.revision());
            firstPosition.putIfAbsent(model.revision(), entry.index());
        }
        committed
                .revisions()
                .forEach((index, revision) -> {
                    if (revisionAt.get(index.intValue()) != (long) revision) {
                        throw new Violation(
                                "revision",
                                "with entry %d applied the store was at revision %d, by the log it is %d"
                                        .formatted(
                                                index, revision, revisionAt.get(index.intValue())));
                    }
                });
    }

    void check() {
        for (Operation operation : operations) {
            if (operation.kind.isWrite()) {
                checkWrite(operation);
            } else if (operation.kind != Kind.RENEW && operation.isAnswered()) {
                checkRead(operation);
            }
        }
        checkOrder();
        checkRegisters();
    }

    private void checkWrite(Operation operation) {
        StoreModel.Outcome expected = outcomes.get(operation.requestId);
        if (expected == null) {
            if (operation.isAnswered()) {
                throw new Violation("acknowledged write lost", operation.toString());
            }
            return;
        }
        if (!operation.isAnswered()) {
            return;
        }
        if (operation.refusal != expected.refusal()) {
            throw new Violation("answer", operation + ", expected " + expected.refusal());
        }
        if (operation.refusal == null) {
            requireSame(operation, expected.revision(), Objects.requireNonNull(expected.answer()));
        }
    }

    private static void requireSame(Operation operation, long revision, Message expected) {
        if (operation.revision != revision || !expected.equals(operation.answer)) {
            throw new Violation(
                    "answer",
                    "%s, expected %s at revision %d"
                            .formatted(operation, Operation.oneLine(expected), revision));
        }
    }

    private void checkRead(Operation operation) {
        RangeRequest request = (RangeRequest) operation.request;
        if (operation.refusal == EtcdError.COMPACTED) {
            require(request.getRevision() < model.compacted(), operation, "was not compacted");
        } else if (operation.refusal == EtcdError.FUTURE_REVISION) {
            require(request.getRevision() > operation.revision, operation, "is not the future");
        } else if (operation.refusal != null) {
            throw new Violation("answer", operation.toString());
        } else {
            require(operation.revision <= model.revision(), operation, "that revision never was");
            requireSame(operation, operation.revision, model.range(request, operation.revision));
        }
    }

    private static void require(boolean condition, Operation operation, String otherwise) {
        if (!condition) {
            throw new Violation("answer", operation + ": " + otherwise);
        }
    }

    // --- real time ---

    private record Placed(Operation operation, long position) {}

    private void checkOrder() {
        List<Operation> byBegin = new ArrayList<>(operations);
        byBegin.sort(Comparator.comparingLong(operation -> operation.begin));
        PriorityQueue<Placed> ended =
                new PriorityQueue<>(Comparator.comparingLong(placed -> placed.operation().end));
        Placed last = null;
        for (Operation operation : byBegin) {
            while (!ended.isEmpty() && ended.element().operation().end < operation.begin) {
                Placed next = ended.remove();
                last = last == null || next.position() > last.position() ? next : last;
            }
            long position = place(operation, last);
            if (position >= 0 && operation.isAnswered()) {
                ended.add(new Placed(operation, position));
            }
        }
    }

    /** Where an operation stands in the log, the earliest place for a read; -1 for nowhere. */
    private long place(Operation operation, @org.jspecify.annotations.Nullable Placed last) {
        long least = last == null ? 0 : last.position();
        if (operation.kind.isWrite()) {
            Long position = positionOfRequest.get(operation.requestId);
            if (position == null) {
                return -1;
            }
            if (position <= least) {
                throw new Violation(
                        "real-time order", operation + " stands before the earlier " + last);
            }
            return position;
        }
        if (operation.kind != Kind.RANGE
                || operation.refusal == EtcdError.COMPACTED
                || !operation.isAnswered()) {
            return -1;
        }
        long first = Objects.requireNonNull(firstPosition.get(operation.revision));
        Long next = firstPosition.get(operation.revision + 1);
        long position = Math.max(first, least);
        if (next != null && position >= next) {
            throw new Violation("stale read", operation + " began after the end of " + last);
        }
        return position;
    }

    // --- registers ---

    private void checkRegisters() {
        Map<ByteString, RegisterHistory> registers = new HashMap<>();
        List<Runnable> reads = new ArrayList<>();
        for (Operation operation : operations) {
            if (operation.request instanceof PutRequest put && Workload.isRegister(put.getKey())) {
                RegisterHistory register =
                        registers.computeIfAbsent(put.getKey(), HistoryCheck::empty);
                long value = number(put.getValue());
                register.writeBegan(value, operation.begin);
                if (operation.isAnswered()) {
                    register.writeEnded(value, operation.end);
                }
            } else if (operation.kind == Kind.RANGE
                    && operation.answer instanceof RangeResponse range
                    && Workload.isRegister(((RangeRequest) operation.request).getKey())) {
                ByteString key = ((RangeRequest) operation.request).getKey();
                long value = range.getKvsCount() == 0 ? 0 : number(range.getKvs(0).getValue());
                reads.add(() ->
                        registers
                                .computeIfAbsent(key, HistoryCheck::empty)
                                .read(value, operation.begin, operation.end));
            }
        }
        try {
            reads.forEach(Runnable::run);
            registers.values().forEach(RegisterHistory::check);
        } catch (dev.plinth.raft.sim.Violation e) {
            throw new Violation("registers", e);
        }
    }

    private static RegisterHistory empty(ByteString key) {
        return new RegisterHistory(0);
    }

    private static long number(ByteString value) {
        return Long.parseLong(value.toStringUtf8().substring(1));
    }
}
