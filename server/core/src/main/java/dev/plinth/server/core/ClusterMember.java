package dev.plinth.server.core;

import java.util.List;

/**
 * One member as the cluster knows it.
 *
 * @param id member id, an unsigned 64-bit number
 * @param name empty until the member has published itself
 * @param peerUrls where its peers reach it
 * @param clientUrls where clients reach it; empty until it has published itself
 * @param isLearner true while it has no vote
 */
public record ClusterMember(
        long id, String name, List<String> peerUrls, List<String> clientUrls, boolean isLearner) {

    /** Copies the lists. */
    public ClusterMember {
        peerUrls = List.copyOf(peerUrls);
        clientUrls = List.copyOf(clientUrls);
    }
}
