package dev.plinth.server.rpc;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.ReadView;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps writes that would go over the quota of a prefix out of the log. Apply decides in the end;
 * here only what is certain to be refused is, on a state that was current when the request came:
 * whoever has just raised a limit or made room on another member is not refused by one that lags.
 *
 * <p>Any thread. Without quotas it costs a load; a write that fits one look-up of its key.
 */
final class NamespaceGate {
    /** Refuses a write that does not fit a state. */
    interface Check {
        void run(ReadView view) throws RefusedException;
    }

    /** Goes on with a write. */
    interface Proposal {
        void run() throws RefusedException;
    }

    private final LocalMember member;
    private final KeyValueStore store;

    NamespaceGate(LocalMember member, KeyValueStore store) {
        this.member = member;
        this.store = store;
    }

    /** Proposes a write unless it would be refused. */
    void pass(UnaryCall call, Check check, Proposal proposal) throws RefusedException {
        if (store.quotas().isEmpty() || refusal(check) == null) {
            proposal.run();
            return;
        }
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        decide(call, check, proposal);
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        call.refuse(reason);
                    }
                });
    }

    private void decide(UnaryCall call, Check check, Proposal proposal) {
        RefusedException refusal = refusal(check);
        if (refusal != null) {
            if (refusal.error() == EtcdError.NAMESPACE_QUOTA_EXCEEDED) {
                store.quotas().refused();
            }
            call.refuse(refusal);
            return;
        }
        try {
            proposal.run();
        } catch (RefusedException refused) {
            call.refuse(refused);
        }
    }

    /** Null as well when the counts were being changed meanwhile, so that nothing is certain. */
    private @Nullable RefusedException refusal(Check check) {
        long settled = store.quotas().settledRevision();
        try (ReadView view = store.read()) {
            if (view.revision() == settled) {
                check.run(view);
            }
            return null;
        } catch (RefusedException refused) {
            return store.quotas().settledRevision() == settled ? refused : null;
        }
    }
}
