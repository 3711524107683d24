package dev.plinth.server.peer;

import dev.plinth.raft.WireForm;
import java.util.List;
import java.util.function.Supplier;

/**
 * Who this member is to the others.
 *
 * @param memberId its id
 * @param clusterId its cluster
 * @param release the release that it announces, such as {@code 3.7.1}
 * @param form the release in whose form it writes messages
 * @param peerUrls where it is reached; may change while the member runs
 */
public record PeerIdentity(
        long memberId,
        long clusterId,
        String release,
        WireForm form,
        Supplier<List<String>> peerUrls) {}
