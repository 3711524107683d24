package dev.plinth.client;

import dev.plinth.api.etcdserverpb.Member;
import java.util.List;

/**
 * A member as the cluster knows it.
 *
 * @param id all 64 bits used
 * @param name empty as long as it has not been started
 * @param peerUrls where members reach it
 * @param clientUrls where clients reach it; none as long as it has not been started
 * @param isLearner whether it has no vote
 */
public record ClusterMember(
        long id, String name, List<String> peerUrls, List<String> clientUrls, boolean isLearner) {
    static ClusterMember of(Member member) {
        return new ClusterMember(
                member.getID(),
                member.getName(),
                List.copyOf(member.getPeerURLsList()),
                List.copyOf(member.getClientURLsList()),
                member.getIsLearner());
    }

    static List<ClusterMember> of(List<Member> members) {
        return members.stream().map(ClusterMember::of).toList();
    }
}
