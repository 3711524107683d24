package dev.plinth.server.maintenance;

import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.MemberHash;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks all other members for the hash of their keys. Blocks. */
public final class PeerHashes {
    /** Asks one member; the seam to the network. */
    public interface Ask {
        /** Its hash at the revision; null when it has none to give, or is not reached. */
        @Nullable MemberHash hash(ClusterMember other, long revision) throws InterruptedException;
    }

    private final LocalMember member;
    private final Ask ask;

    /**
     * @param member this member, which knows the others
     * @param ask asks one of them
     */
    public PeerHashes(LocalMember member, Ask ask) {
        this.member = member;
        this.ask = ask;
    }

    /** The answers of those that answered. */
    List<MemberHash> at(long revision) throws InterruptedException {
        List<MemberHash> hashes = new ArrayList<>();
        for (ClusterMember other : member.members()) {
            if (other.id() == member.memberId()) {
                continue;
            }
            MemberHash answer = ask.hash(other, revision);
            if (answer != null) {
                hashes.add(answer);
            }
        }
        return hashes;
    }

    int othersCount() {
        return member.members().size() - 1;
    }
}
