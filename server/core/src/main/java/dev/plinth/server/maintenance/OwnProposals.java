package dev.plinth.server.maintenance;

import com.google.protobuf.MessageLite;
import dev.plinth.api.etcdserverpb.RequestHeader;
import dev.plinth.server.apply.EntryWriter;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EntryProposal;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Proposes requests that the member makes by itself. Any thread. */
final class OwnProposals {
    private final LocalMember member;

    OwnProposals(LocalMember member) {
        this.member = member;
    }

    /**
     * Proposes.
     *
     * @param field the request's field in {@code InternalRaftRequest}
     * @param outcome gets null when the request was carried out, else why not
     */
    void propose(int field, MessageLite request, Consumer<@Nullable RefusedException> outcome) {
        propose(field, request, Caller.NOBODY, false, 0, outcome);
    }

    /**
     * Proposes.
     *
     * @param caller on whose behalf, where the request needs rights
     * @param isPriority as {@link Proposal#isPriority}
     * @param leadersTerm as {@link Proposal#leadersTerm}
     */
    void propose(
            int field,
            MessageLite request,
            Caller caller,
            boolean isPriority,
            long leadersTerm,
            Consumer<@Nullable RefusedException> outcome) {
        long id = member.nextRequestId();
        RequestHeader header =
                RequestHeader.newBuilder()
                        .setID(id)
                        .setUsername(caller.user())
                        .setAuthRevision(caller.authRevision())
                        .build();
        byte[] entry = EntryWriter.encode(field, request, header);
        member.propose(
                new EntryProposal(id, entry) {
                    @Override
                    public void applied(ApplyResult result) {
                        outcome.accept(
                                result instanceof ApplyResult.Refused(RefusedException reason)
                                        ? reason
                                        : null);
                    }

                    @Override
                    public boolean isPriority() {
                        return isPriority;
                    }

                    @Override
                    public long leadersTerm() {
                        return leadersTerm;
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        outcome.accept(reason);
                    }
                });
    }
}
