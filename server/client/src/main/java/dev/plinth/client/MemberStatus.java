package dev.plinth.client;

import dev.plinth.api.etcdserverpb.StatusResponse;
import java.util.List;

/**
 * How a member is.
 *
 * @param header its member id tells whom
 * @param version of etcd that it stands for
 * @param leader id of the leader as it knows it; 0 for none
 * @param databaseBytes size of its database file
 * @param databaseBytesInUse what would be left after defragmentation
 * @param raftIndex last index that it has committed
 * @param appliedIndex last index that it has applied
 * @param errors what is wrong with it, alarms among it
 * @param isLearner whether it has no vote
 */
public record MemberStatus(
        Header header,
        String version,
        long leader,
        long databaseBytes,
        long databaseBytesInUse,
        long raftIndex,
        long appliedIndex,
        List<String> errors,
        boolean isLearner) {
    static MemberStatus of(StatusResponse status) {
        return new MemberStatus(
                Header.of(status.getHeader()),
                status.getVersion(),
                status.getLeader(),
                status.getDbSize(),
                status.getDbSizeInUse(),
                status.getRaftIndex(),
                status.getRaftAppliedIndex(),
                List.copyOf(status.getErrorsList()),
                status.getIsLearner());
    }

    /** Whether it leads. */
    public boolean isLeader() {
        return leader == header.memberId();
    }
}
