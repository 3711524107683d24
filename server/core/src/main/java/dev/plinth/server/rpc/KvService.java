package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.server.apply.ApplyRecorder;
import dev.plinth.server.apply.MvccRefusals;
import dev.plinth.server.apply.NamespaceCheck;
import dev.plinth.server.apply.RangeBody;
import dev.plinth.server.apply.RangeQueries;
import dev.plinth.server.apply.RequestValidator;
import dev.plinth.server.apply.TxnExecutor;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.auth.RequestRights;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.quota.BackendQuota;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Keys and values: range, put, delete, transactions, compaction.
 *
 * <p>Called on a socket's event loop. A write is checked and proposed there; a read of one key
 * whose barrier passes at once is answered there; every other read runs on the pool for reads. With
 * a budget for memory, what answers will hold is charged before they are made.
 */
final class KvService {
    private final LocalMember member;
    private final KeyValueStore store;
    private final RequestValidator validator;
    private final SpaceCheck space;
    private final LogWriter log;
    private final TxnExecutor executor;
    private final Callers callers;
    private final AuthStore auth;
    private final RequestRights rights;
    private final NamespaceCheck namespaces;
    private final NamespaceGate namespaceGate;
    private final MemoryBudget memory;
    private final Executor reads;
    private final Executor background;
    private final ServiceContext context;
    private final Supplier<Backend> backend;
    private final ApplyRecorder recorder;
    private final LongSupplier nanoClock;

    KvService(ServiceContext context, LogWriter log, SpaceCheck space, Callers callers) {
        this.callers = callers;
        this.auth = context.auth();
        this.rights = new RequestRights(context.auth(), context.lessor());
        this.member = context.member();
        this.store = context.store();
        this.validator = new RequestValidator(context.limits().txnOperationsMax());
        this.space = space;
        this.log = log;
        this.namespaces = new NamespaceCheck(context.store().quotas());
        this.namespaceGate = new NamespaceGate(context.member(), context.store());
        this.executor = new TxnExecutor(context.lessor(), namespaces);
        this.memory = context.memory();
        this.reads = context.reads();
        this.background = context.background();
        this.context = context;
        this.backend = context.backend();
        this.recorder = context.recorder();
        this.nanoClock = context.nanoClock();
    }

    void put(EncodedRequest<PutRequest> request, UnaryCall call) throws RefusedException {
        space.check(BackendQuota.charge(request.message()));
        validator.check(request.message());
        PutRequest put = request.message();
        if (put.getPrevKv()) {
            charge(view -> AnswerSizes.answer(put, view), call);
        }
        callers.identify(
                call,
                caller ->
                        namespaceGate.pass(
                                call,
                                view -> {
                                    rights.check(put, caller);
                                    namespaces.check(put, view);
                                },
                                () -> log.write(request.entry(), caller, call)));
    }

    void deleteRange(EncodedRequest<DeleteRangeRequest> request, UnaryCall call)
            throws RefusedException {
        DeleteRangeRequest delete = request.message();
        validator.check(delete);
        Read write =
                () -> {
                    charge(view -> AnswerSizes.answer(delete, view), call);
                    callers.identify(call, caller -> log.write(request.entry(), caller, call));
                };
        start(!memory.isBounded() || delete.getRangeEnd().isEmpty(), call, write);
    }

    private void charge(ToLongFunction<ReadView> bytes, UnaryCall call) throws RefusedException {
        if (memory.isBounded()) {
            try (ReadView view = store.read()) {
                call.charge(bytes.applyAsLong(view));
            }
        }
    }

    void txn(EncodedRequest<TxnRequest> request, UnaryCall call) throws RefusedException {
        TxnRequest txn = request.message();
        space.check(BackendQuota.charge(txn));
        validator.check(txn);
        if (RequestValidator.isReadOnly(txn)) {
            read(
                    RequestValidator.isSerializable(txn),
                    false,
                    call,
                    () -> callers.identify(call, caller -> readTxn(txn, caller, call)));
        } else {
            start(
                    !memory.isBounded() || !AnswerSizes.isLong(txn),
                    call,
                    () -> writeTxn(request, call));
        }
    }

    private void writeTxn(EncodedRequest<TxnRequest> request, UnaryCall call)
            throws RefusedException {
        TxnRequest txn = request.message();
        charge(view -> AnswerSizes.answer(txn, view), call);
        callers.identify(
                call,
                caller ->
                        namespaceGate.pass(
                                call,
                                view -> {
                                    rights.check(txn, caller);
                                    namespaces.check(txn, view);
                                },
                                () -> log.write(request.entry(), caller, call)));
    }

    void range(RangeRequest request, UnaryCall call) throws RefusedException {
        validator.check(request);
        boolean single = request.getRangeEnd().isEmpty();
        read(
                request.getSerializable(),
                single,
                call,
                () -> callers.identify(call, caller -> readRange(request, caller, call)));
    }

    private void readRange(RangeRequest request, Caller caller, UnaryCall call)
            throws RefusedException {
        rights.check(request, caller);
        long startNanos = nanoClock.getAsLong();
        try (ReadView view = store.read()) {
            RangeQuery query = RangeQueries.of(request);
            long found = memory.isBounded() ? AnswerSizes.found(query, view) : 0;
            memory.charge(Use.READS, found);
            try {
                RangeResult result = view.range(query);
                auth.checkUnchanged(caller);
                reply(request, result, startNanos, call);
            } finally {
                memory.release(Use.READS, found);
            }
        }
    }

    private void reply(RangeRequest request, RangeResult result, long startNanos, UnaryCall call)
            throws RefusedException {
        RangeBody body = RangeBody.of(result);
        long found = nanoClock.getAsLong();
        call.read(startNanos, found);
        recorder.read("range", request, result.size(), body.size(), found - startNanos, true);
        if (PacedRange.suits(request, body)) {
            call.charge(Math.min(body.size(), PacedRange.HELD_BYTES));
            long revision = result.revision();
            PacedRange paced = new PacedRange(context, request, result, body, call::awaitRoom);
            background.execute(() -> call.reply(revision, paced));
        } else {
            call.charge(body.size());
            call.reply(result.revision(), body);
        }
    }

    private void readTxn(TxnRequest request, Caller caller, UnaryCall call)
            throws RefusedException {
        rights.check(request, caller);
        long startNanos = nanoClock.getAsLong();
        try (ReadView view = store.read()) {
            if (memory.isBounded()) {
                call.charge(AnswerSizes.answer(request, view));
            }
            ApplyResult.Done done = executor.read(request, view);
            auth.checkUnchanged(caller);
            long found = nanoClock.getAsLong();
            call.read(startNanos, found);
            recorder.read(
                    "txn",
                    request,
                    request.getSuccessCount(),
                    done.body().size(),
                    found - startNanos,
                    true);
            call.reply(done.revision(), done.body());
        }
    }

    /** A read, or what is done before a write, that may be refused. */
    private interface Read {
        void run() throws RefusedException;
    }

    /**
     * Runs a read after its barrier.
     *
     * @param isShort true for a read that may run on an event loop
     */
    private void read(boolean serializable, boolean isShort, UnaryCall call, Read read) {
        if (serializable) {
            start(isShort, call, read);
            return;
        }
        Thread caller = Thread.currentThread();
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        start(isShort && Thread.currentThread().equals(caller), call, read);
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        call.refuse(reason);
                    }
                });
    }

    private void start(boolean here, UnaryCall call, Read read) {
        if (here) {
            answer(call, read);
        } else {
            reads.execute(() -> answer(call, read));
        }
    }

    private static void answer(UnaryCall call, Read read) {
        if (call.isCancelled()) {
            return;
        }
        try {
            read.run();
        } catch (RefusedException refused) {
            call.refuse(refused);
        } catch (MvccException refused) {
            call.refuse(MvccRefusals.refusal(refused));
        }
    }

    void compact(CompactionRequest request, UnaryCall call) {
        callers.identify(
                call,
                caller -> {
                    auth.checkAdmin(caller);
                    log.write(
                            InternalRaftRequest.COMPACTION_FIELD_NUMBER,
                            request,
                            caller,
                            new Compaction(request.getPhysical(), call));
                });
    }

    /**
     * Answers when the compaction was accepted, or when its space is free if the caller asked for
     * that.
     */
    private final class Compaction implements LogWriter.Outcome {
        private final boolean physical;
        private final UnaryCall call;

        Compaction(boolean physical, UnaryCall call) {
            this.physical = physical;
            this.call = call;
        }

        @Override
        public void applied(ApplyResult result) {
            switch (result) {
                case ApplyResult.Compacted(long revision, CompletionStage<Void> done) ->
                        after(done, () -> call.reply(revision, ResponseBody.EMPTY));
                case ApplyResult.Refused(RefusedException reason)
                        when reason.error() == EtcdError.COMPACTED ->
                        after(store.compactionBarrier(), () -> call.refuse(reason));
                case ApplyResult.Refused(RefusedException reason) -> call.refuse(reason);
                case ApplyResult.Done(long revision, ResponseBody body) ->
                        call.reply(revision, body);
            }
        }

        private void after(CompletionStage<Void> stage, Runnable answer) {
            if (physical) {
                stage.whenCompleteAsync((_, _) -> commitThen(answer), background);
            } else {
                answer.run();
            }
        }

        /** Makes the end of the compaction durable, so that a crash does not start it again. */
        private void commitThen(Runnable answer) {
            backend.get().forceCommit();
            answer.run();
        }

        @Override
        public void failed(RefusedException reason) {
            call.refuse(reason);
        }
    }
}
