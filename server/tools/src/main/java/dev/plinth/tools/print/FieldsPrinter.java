package dev.plinth.tools.print;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.plinth.api.authpb.Permission;
import dev.plinth.api.etcdserverpb.AlarmMember;
import dev.plinth.api.etcdserverpb.AlarmResponse;
import dev.plinth.api.etcdserverpb.AuthRoleGetResponse;
import dev.plinth.api.etcdserverpb.AuthRoleListResponse;
import dev.plinth.api.etcdserverpb.DeleteRangeResponse;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.LeaseLeasesResponse;
import dev.plinth.api.etcdserverpb.LeaseRevokeResponse;
import dev.plinth.api.etcdserverpb.LeaseStatus;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.api.etcdserverpb.Member;
import dev.plinth.api.etcdserverpb.MemberListResponse;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.ResponseOp;
import dev.plinth.api.etcdserverpb.StatusResponse;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.text.Console;
import java.util.List;

/** One line {@code "Name" : value} per field. */
final class FieldsPrinter extends Printer {
    private final Console console;
    private final boolean isHex;

    FieldsPrinter(Console console, boolean isHex) {
        super("fields");
        this.console = console;
        this.isHex = isHex;
    }

    private void line(String name, Object value) {
        console.println('"' + name + "\" : " + value);
    }

    private void text(String name, String value) {
        line(name, GoText.quote(value));
    }

    private void bytes(String name, ByteString value) {
        line(name, GoText.quote(value.toByteArray()));
    }

    private void id(String name, long id) {
        line(name, isHex ? Long.toHexString(id) : Long.toUnsignedString(id));
    }

    private void lease(String name, long lease) {
        line(name, isHex ? "%016x".formatted(lease) : lease);
    }

    private void header(ResponseHeader header) {
        id("ClusterID", header.getClusterId());
        id("MemberID", header.getMemberId());
        if (header.getRevision() > 0) {
            line("Revision", header.getRevision());
        }
        line("RaftTerm", Long.toUnsignedString(header.getRaftTerm()));
    }

    private void pair(String prefix, KeyValue pair) {
        bytes(prefix + "Key", pair.getKey());
        line(prefix + "CreateRevision", pair.getCreateRevision());
        line(prefix + "ModRevision", pair.getModRevision());
        line(prefix + "Version", pair.getVersion());
        bytes(prefix + "Value", pair.getValue());
        lease(prefix + "Lease", pair.getLease());
    }

    @Override
    public void sentence(Message answer, ResponseHeader header, String sentence) {
        header(header);
    }

    // ---------------------------------------------------------------- keys

    @Override
    public void range(RangeResponse answer) {
        header(answer.getHeader());
        answer.getKvsList().forEach(pair -> pair("", pair));
        line("More", answer.getMore());
        line("Count", answer.getCount());
    }

    @Override
    public void put(PutResponse answer) {
        header(answer.getHeader());
        if (answer.hasPrevKv()) {
            pair("Prev", answer.getPrevKv());
        }
    }

    @Override
    public void delete(DeleteRangeResponse answer) {
        header(answer.getHeader());
        line("Deleted", answer.getDeleted());
        answer.getPrevKvsList().forEach(pair -> pair("Prev", pair));
    }

    @Override
    public void txn(TxnResponse answer) {
        header(answer.getHeader());
        line("Succeeded", answer.getSucceeded());
        for (ResponseOp operation : answer.getResponsesList()) {
            switch (operation.getResponseCase()) {
                case RESPONSE_RANGE -> range(operation.getResponseRange());
                case RESPONSE_PUT -> put(operation.getResponsePut());
                case RESPONSE_DELETE_RANGE -> delete(operation.getResponseDeleteRange());
                case RESPONSE_TXN -> txn(operation.getResponseTxn());
                case RESPONSE_NOT_SET -> line("Unknown", operation);
            }
        }
    }

    @Override
    public void watch(WatchResponse answer) {
        header(answer.getHeader());
        for (Event event : answer.getEventsList()) {
            line("Type", event.getType());
            if (event.hasPrevKv()) {
                pair("Prev", event.getPrevKv());
            }
            pair("", event.getKv());
        }
    }

    // ---------------------------------------------------------------- leases

    @Override
    public void leaseGrant(LeaseGrantResponse answer) {
        header(answer.getHeader());
        lease("ID", answer.getID());
        line("TTL", answer.getTTL());
    }

    @Override
    public void leaseRevoke(long lease, LeaseRevokeResponse answer) {
        header(answer.getHeader());
    }

    @Override
    public void leaseKeepAlive(LeaseKeepAliveResponse answer) {
        leaseLines(answer.getHeader(), answer.getID(), answer.getTTL());
    }

    private void leaseLines(ResponseHeader header, long id, long ttl) {
        header(header);
        lease("ID", id);
        line("TTL", ttl);
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveResponse answer, boolean withKeys) {
        leaseLines(answer.getHeader(), answer.getID(), answer.getTTL());
        line("GrantedTTL", answer.getGrantedTTL());
        answer.getKeysList().forEach(key -> bytes("Key", key));
    }

    @Override
    public void leaseList(LeaseLeasesResponse answer) {
        header(answer.getHeader());
        for (LeaseStatus lease : answer.getLeasesList()) {
            lease("ID", lease.getID());
        }
    }

    // ---------------------------------------------------------------- members and endpoints

    @Override
    public void memberList(MemberListResponse answer) {
        header(answer.getHeader());
        for (Member member : answer.getMembersList()) {
            id("ID", member.getID());
            text("Name", member.getName());
            member.getPeerURLsList().forEach(url -> text("PeerURL", url));
            member.getClientURLsList().forEach(url -> text("ClientURL", url));
            line("IsLearner", member.getIsLearner());
            console.println("");
        }
    }

    @Override
    public void endpointHealth(List<EndpointHealth> answers) {
        for (EndpointHealth health : answers) {
            text("Endpoint", health.endpoint());
            line("Health", health.isHealthy());
            line("Took", GoText.duration(health.tookNanos()));
            line("Error", health.error());
            console.println("");
        }
    }

    @Override
    public void endpointStatus(List<EndpointStatus> answers) {
        for (EndpointStatus endpoint : answers) {
            StatusResponse status = endpoint.status();
            header(status.getHeader());
            text("Version", status.getVersion());
            text("StorageVersion", status.getStorageVersion());
            line("DBSize", status.getDbSize());
            line("DBSizeInUse", status.getDbSizeInUse());
            line("DBSizeQuota", status.getDbSizeQuota());
            id("Leader", status.getLeader());
            line("IsLearner", status.getIsLearner());
            line("RaftIndex", Long.toUnsignedString(status.getRaftIndex()));
            line("RaftTerm", Long.toUnsignedString(status.getRaftTerm()));
            line("RaftAppliedIndex", Long.toUnsignedString(status.getRaftAppliedIndex()));
            line("Errors", "[" + String.join(" ", status.getErrorsList()) + "]");
            text("Endpoint", endpoint.endpoint());
            text("DowngradeTargetVersion", status.getDowngradeInfo().getTargetVersion());
            line("DowngradeEnabled", status.getDowngradeInfo().getEnabled());
            console.println("");
        }
    }

    @Override
    public void endpointHash(List<EndpointHash> answers) {
        for (EndpointHash hash : answers) {
            header(hash.hash().getHeader());
            text("Endpoint", hash.endpoint());
            line("Hash", Integer.toUnsignedString(hash.hash().getHash()));
            line("HashRevision", hash.hash().getHashRevision());
            console.println("");
        }
    }

    @Override
    public void alarms(AlarmResponse answer) {
        header(answer.getHeader());
        for (AlarmMember alarm : answer.getAlarmsList()) {
            id("MemberID", alarm.getMemberID());
            line("AlarmType", alarm.getAlarm());
            console.println("");
        }
    }

    // ---------------------------------------------------------------- roles

    @Override
    public void roleGet(String role, AuthRoleGetResponse answer) {
        header(answer.getHeader());
        for (Permission permission : answer.getPermList()) {
            // Two spaces, as the original has it.
            line("PermType", " " + permission.getPermType());
            bytes("Key", permission.getKey());
            bytes("RangeEnd", permission.getRangeEnd());
        }
    }

    @Override
    public void roleList(AuthRoleListResponse answer) {
        header(answer.getHeader());
        StringBuilder roles = new StringBuilder("\"Roles\" :");
        answer.getRolesList().forEach(role -> roles.append(' ').append(GoText.quote(role)));
        console.println(roles.toString());
    }
}
