package dev.plinth.server.sim;

import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.consensus.WalWriter;
import dev.plinth.server.core.Barrier;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.function.Predicate;

/**
 * Wrong versions of single decisions outside of the raft core, made by changing a few instructions
 * of one method while a copy of the classes is loaded ({@link MutantLoader}); production code knows
 * nothing of them. The simulator has to find each.
 */
enum PlantedBug {
    /** The log writer acknowledges what it has not synced. */
    SYNC_LEFT_OUT(in(WalWriter.class, "writeBatch", withoutCallOf("sync"))),

    /** A restarted member counts on what the one before it had written and not synced. */
    FOUND_LOG_NOT_SYNCED(
            in("dev.plinth.walio.Recovery", "syncWhatIsRead", atStart(CodeBuilder::return_))),

    /** The database says that it holds one entry less than it does: that one is applied again. */
    ENTRY_APPLIED_AGAIN_AFTER_RESTART(
            in("dev.plinth.mvcc.backend.Backend", "seal", oneLess("consistentIndex"))),

    /** A watcher that reads history begins one revision too late. */
    EVENT_DROPPED_AT_RESUME(in("dev.plinth.mvcc.StoreHistory", "read", withFirstLongOneMore())),

    /** A watcher that lags is told that it has seen everything. */
    PROGRESS_OF_LAGGING_WATCHER(
            in("dev.plinth.mvcc.watch.WatchStream", "isInSync", returningTrue())),

    /** A new leader does not count the time of the leases that it finds. */
    LEASES_NOT_STARTED_BY_NEW_LEADER(in(Lessor.class, "promote", withoutCallOf("refresh"))),

    /** Compaction keeps what the revision behind the one asked for needs. */
    COMPACTION_ONE_TOO_FAR(in("dev.plinth.mvcc.Compactor", "compactIndex", oneMore("revision"))),

    /** Compaction deletes all but the first change of a transaction. */
    COMPACTION_LOSES_LIVE_KEY(
            in("dev.plinth.mvcc.index.IndexReader", "contains", refusingLaterChanges())),

    /** A read does not wait until what was committed before it has been applied here. */
    READ_BEFORE_APPLIED(in("dev.plinth.server.consensus.AppliedIndex", "await", notWaiting())),

    /** The leases of a leader's snapshot are not read. */
    LEASES_OF_SNAPSHOT_FORGOTTEN(
            in(
                    "dev.plinth.server.storage.StateReplacement",
                    "install",
                    withoutCall(call ->
                            call.owner().asInternalName().endsWith("/Lessor")
                                    && call.name().equalsString("recover"))));

    /** A change of one method. */
    record Change(String className, String method, CodeTransform code) {}

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final List<Change> changes;

    PlantedBug(Change... changes) {
        this.changes = List.of(changes);
    }

    List<Change> changes() {
        return changes;
    }

    private static Change in(Class<?> type, String method, CodeTransform code) {
        return in(type.getName(), method, code);
    }

    private static Change in(String type, String method, CodeTransform code) {
        return new Change(type, method, code);
    }

    private static CodeTransform withoutCallOf(String name) {
        return withoutCall(call -> call.name().equalsString(name));
    }

    /** Takes the arguments from the stack in place of the call; for methods without a result. */
    private static CodeTransform withoutCall(Predicate<InvokeInstruction> isMeant) {
        return (code, element) -> {
            if (element instanceof InvokeInstruction call && isMeant.test(call)) {
                drop(code, call);
            } else {
                code.with(element);
            }
        };
    }

    private static void drop(CodeBuilder code, InvokeInstruction call) {
        List<ClassDesc> parameters = call.typeSymbol().parameterList();
        for (int i = parameters.size() - 1; i >= 0; i--) {
            if (TypeKind.from(parameters.get(i)).slotSize() == 2) {
                code.pop2();
            } else {
                code.pop();
            }
        }
        if (call.opcode() != Opcode.INVOKESTATIC) {
            code.pop();
        }
    }

    private static CodeTransform oneLess(String field) {
        return afterRead(field, code -> code.lconst_1().lsub());
    }

    private static CodeTransform oneMore(String field) {
        return afterRead(field, code -> code.lconst_1().ladd());
    }

    private static CodeTransform afterRead(
            String field, java.util.function.Consumer<CodeBuilder> change) {
        return (code, element) -> {
            code.with(element);
            if (element instanceof FieldInstruction read
                    && read.opcode() == Opcode.GETFIELD
                    && read.name().equalsString(field)) {
                change.accept(code);
            }
        };
    }

    private static CodeTransform withFirstLongOneMore() {
        return atStart(code -> code.lload(1).lconst_1().ladd().lstore(1));
    }

    private static CodeTransform returningTrue() {
        return atStart(code -> code.iconst_1().ireturn());
    }

    /** {@code contains(int root, byte[] key, long main, int sub)}. */
    private static CodeTransform refusingLaterChanges() {
        return atStart(code -> code.iload(5).ifThen(then -> then.iconst_0().ireturn()));
    }

    /** {@code await(long index, long deadlineNanos, EtcdError onLate, Barrier barrier)}. */
    private static CodeTransform notWaiting() {
        return atStart(code ->
                code.aload(6)
                        .invokeinterface(
                                ClassDesc.of(Barrier.class.getName()),
                                "passed",
                                MethodTypeDesc.of(ConstantDescs.CD_void))
                        .return_());
    }

    private static CodeTransform atStart(java.util.function.Consumer<CodeBuilder> prefix) {
        return CodeTransform.ofStateful(() ->
                new CodeTransform() {
                    @Override
                    public void atStart(CodeBuilder code) {
                        prefix.accept(code);
                    }

                    @Override
                    public void accept(CodeBuilder code, CodeElement element) {
                        code.with(element);
                    }
                });
    }
}
