package dev.plinth.tools.print;

import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.AlarmResponse;
import dev.plinth.api.etcdserverpb.AuthRoleGetResponse;
import dev.plinth.api.etcdserverpb.AuthRoleListResponse;
import dev.plinth.api.etcdserverpb.AuthStatusResponse;
import dev.plinth.api.etcdserverpb.AuthUserGetResponse;
import dev.plinth.api.etcdserverpb.AuthUserListResponse;
import dev.plinth.api.etcdserverpb.DeleteRangeResponse;
import dev.plinth.api.etcdserverpb.DowngradeResponse;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.LeaseLeasesResponse;
import dev.plinth.api.etcdserverpb.LeaseRevokeResponse;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.api.etcdserverpb.MemberAddResponse;
import dev.plinth.api.etcdserverpb.MemberListResponse;
import dev.plinth.api.etcdserverpb.MemberPromoteResponse;
import dev.plinth.api.etcdserverpb.MemberRemoveResponse;
import dev.plinth.api.etcdserverpb.MemberUpdateResponse;
import dev.plinth.api.etcdserverpb.MoveLeaderResponse;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.tools.cli.ToolFailure;
import java.util.List;

/**
 * Writes answers in one output format. What a format does not override goes to {@link #message};
 * where a format has no form for an answer, that ends in code 4.
 */
public abstract class Printer {
    private final String format;

    Printer(String format) {
        this.format = format;
    }

    /** The failure of a format that has no form for an answer. */
    final ToolFailure unsupported() {
        return new ToolFailure(ToolFailure.BAD_FEATURE, format + " not supported as output format");
    }

    /** Any answer as a whole. */
    void message(Message answer) throws ToolFailure {
        throw unsupported();
    }

    /** An answer that has nothing but a header; simple output is a sentence. */
    public void sentence(Message answer, ResponseHeader header, String sentence)
            throws ToolFailure {
        message(answer);
    }

    /** A range of keys. */
    public void range(RangeResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A write. */
    public void put(PutResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A deletion. */
    public void delete(DeleteRangeResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A transaction. */
    public void txn(TxnResponse answer) throws ToolFailure {
        message(answer);
    }

    /** What a watch saw; the last answer of a cancelled one too. */
    public void watch(WatchResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A new lease. */
    public void leaseGrant(LeaseGrantResponse answer) throws ToolFailure {
        throw unsupported();
    }

    /** A lease is gone. */
    public void leaseRevoke(long lease, LeaseRevokeResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A lease was renewed. */
    public void leaseKeepAlive(LeaseKeepAliveResponse answer) throws ToolFailure {
        throw unsupported();
    }

    /** What is left of a lease. */
    public void leaseTimeToLive(LeaseTimeToLiveResponse answer, boolean withKeys)
            throws ToolFailure {
        throw unsupported();
    }

    /** All leases. */
    public void leaseList(LeaseLeasesResponse answer) throws ToolFailure {
        throw unsupported();
    }

    /** A lease that is renewed no longer; said in sentences only. */
    public void leaseEnded(long lease) {}

    /** All members. */
    public void memberList(MemberListResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A new member. */
    public void memberAdd(MemberAddResponse answer) throws ToolFailure {
        message(answer);
    }

    /** Whether hints for people follow an answer. */
    public boolean isForPeople() {
        return false;
    }

    /** A member is gone. */
    public void memberRemove(long id, MemberRemoveResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A member has other URLs. */
    public void memberUpdate(long id, MemberUpdateResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A learner has a vote. */
    public void memberPromote(long id, MemberPromoteResponse answer) throws ToolFailure {
        message(answer);
    }

    /** Health of servers. */
    public void endpointHealth(List<EndpointHealth> answers) throws ToolFailure {
        throw unsupported();
    }

    /** Status of servers. */
    public void endpointStatus(List<EndpointStatus> answers) throws ToolFailure {
        throw unsupported();
    }

    /** Hashes of servers. */
    public void endpointHash(List<EndpointHash> answers) throws ToolFailure {
        throw unsupported();
    }

    /** Alarms. */
    public void alarms(AlarmResponse answer) throws ToolFailure {
        message(answer);
    }

    /** Another member leads. */
    public void moveLeader(long from, long to, MoveLeaderResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A step of a downgrade, by its name. */
    public void downgrade(String step, DowngradeResponse answer) throws ToolFailure {
        message(answer);
    }

    /** Whether authentication is on. */
    public void authStatus(AuthStatusResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A user's roles. */
    public void userGet(String user, AuthUserGetResponse answer) throws ToolFailure {
        message(answer);
    }

    /** All users. */
    public void userList(AuthUserListResponse answer) throws ToolFailure {
        message(answer);
    }

    /** A role's permissions. */
    public void roleGet(String role, AuthRoleGetResponse answer) throws ToolFailure {
        message(answer);
    }

    /** All roles. */
    public void roleList(AuthRoleListResponse answer) throws ToolFailure {
        message(answer);
    }
}
