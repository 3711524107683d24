package dev.plinth.server.rpc;

import com.google.protobuf.MessageLite;
import dev.plinth.api.etcdserverpb.RequestHeader;
import dev.plinth.server.apply.EntryWriter;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EntryProposal;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import java.util.function.Consumer;

/** Turns requests into proposals and answers their callers with what apply made of them. */
final class LogWriter {
    /** Where an outcome goes. */
    interface Outcome {
        void applied(ApplyResult result);

        void failed(RefusedException reason);
    }

    /** What a proposal takes beside its entry. */
    private static final int PROPOSAL_BYTES = 512;

    private final LocalMember member;
    private final int requestBytesMax;
    private final MemoryBudget memory;
    private final Consumer<RefusedException> failures;

    LogWriter(LocalMember member, int requestBytesMax, MemoryBudget memory) {
        this(member, requestBytesMax, memory, _ -> {});
    }

    /**
     * @param failures told of every request that got no outcome from the log
     */
    LogWriter(
            LocalMember member,
            int requestBytesMax,
            MemoryBudget memory,
            Consumer<RefusedException> failures) {
        this.member = member;
        this.requestBytesMax = requestBytesMax;
        this.memory = memory;
        this.failures = failures;
    }

    /** Proposes a request whose bytes are in place, and answers the call with the result. */
    void write(EntryWriter entry, Caller caller, UnaryCall call) throws RefusedException {
        long id = member.nextRequestId();
        entry.finish(id, caller.user(), caller.authRevision());
        propose(id, entry.array(), entry.length(), new Answer(call));
    }

    /** Proposes a request, and answers the call with the result. */
    void write(int field, MessageLite request, Caller caller, UnaryCall call)
            throws RefusedException {
        write(field, request, caller, new Answer(call));
    }

    /** Proposes a request. */
    void write(int field, MessageLite request, Caller caller, Outcome outcome)
            throws RefusedException {
        long id = member.nextRequestId();
        RequestHeader header =
                RequestHeader.newBuilder()
                        .setID(id)
                        .setUsername(caller.user())
                        .setAuthRevision(caller.authRevision())
                        .build();
        byte[] entry = EntryWriter.encode(field, request, header);
        propose(id, entry, entry.length, outcome);
    }

    private void propose(long id, byte[] entry, int length, Outcome outcome)
            throws RefusedException {
        if (length > requestBytesMax) {
            throw RefusedException.of(EtcdError.REQUEST_TOO_LARGE);
        }
        memory.charge(Use.WRITES, entry.length + PROPOSAL_BYTES);
        member.propose(new Pending(id, entry, length, outcome, memory, failures));
    }

    /** Answers a call with the result of its request. */
    record Answer(UnaryCall call) implements Outcome {
        @Override
        public void applied(ApplyResult result) {
            switch (result) {
                case ApplyResult.Done(var revision, var body) -> call.reply(revision, body);
                case ApplyResult.Compacted(var revision, _) ->
                        call.reply(revision, ResponseBody.EMPTY);
                case ApplyResult.Refused(var reason) -> call.refuse(reason);
            }
        }

        @Override
        public void failed(RefusedException reason) {
            call.refuse(reason);
        }
    }

    private static final class Pending extends EntryProposal {
        private final Outcome outcome;
        private final MemoryBudget memory;
        private final Consumer<RefusedException> failures;

        Pending(
                long requestId,
                byte[] entry,
                int entryLength,
                Outcome outcome,
                MemoryBudget memory,
                Consumer<RefusedException> failures) {
            super(requestId, entry, entryLength);
            this.outcome = outcome;
            this.memory = memory;
            this.failures = failures;
        }

        private void release() {
            memory.release(Use.WRITES, entry().length + PROPOSAL_BYTES);
        }

        @Override
        public void applied(ApplyResult result) {
            release();
            outcome.applied(result);
        }

        @Override
        public void failed(RefusedException reason) {
            release();
            failures.accept(reason);
            outcome.failed(reason);
        }
    }
}
