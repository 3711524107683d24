package dev.plinth.client;

import dev.plinth.api.etcdserverpb.ResponseHeader;

/**
 * What every answer says about the server that gave it.
 *
 * @param clusterId id of the cluster, all 64 bits used
 * @param memberId id of the member that answered, all 64 bits used
 * @param revision of the store when the answer was made
 * @param raftTerm term of the member
 */
public record Header(long clusterId, long memberId, long revision, long raftTerm) {
    static Header of(ResponseHeader header) {
        return new Header(
                header.getClusterId(),
                header.getMemberId(),
                header.getRevision(),
                header.getRaftTerm());
    }
}
