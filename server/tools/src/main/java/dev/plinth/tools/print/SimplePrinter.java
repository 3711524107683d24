package dev.plinth.tools.print;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.plinth.api.authpb.Permission;
import dev.plinth.api.etcdserverpb.AlarmMember;
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
import dev.plinth.api.etcdserverpb.LeaseStatus;
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
import dev.plinth.api.etcdserverpb.ResponseOp;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.RawText;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;

/** What people read. */
final class SimplePrinter extends Printer {
    private static final byte[] NEWLINE = {'\n'};

    private final Console console;
    private final boolean isHex;
    private final boolean isValueOnly;

    SimplePrinter(Console console, boolean isHex, boolean isValueOnly) {
        super("simple");
        this.console = console;
        this.isHex = isHex;
        this.isValueOnly = isValueOnly;
    }

    @Override
    public boolean isForPeople() {
        return true;
    }

    @Override
    public void sentence(Message answer, ResponseHeader header, String sentence) {
        console.println(sentence);
    }

    // ---------------------------------------------------------------- keys

    private void bytesLine(ByteString bytes) {
        if (isHex) {
            console.println(HexFormat.of().withPrefix("\\x").formatHex(bytes.toByteArray()));
        } else {
            console.write(bytes.toByteArray());
            console.write(NEWLINE);
        }
    }

    private void pair(KeyValue pair) {
        if (!isValueOnly) {
            bytesLine(pair.getKey());
        }
        bytesLine(pair.getValue());
    }

    @Override
    public void range(RangeResponse answer) {
        answer.getKvsList().forEach(this::pair);
    }

    @Override
    public void put(PutResponse answer) {
        console.println("OK");
        if (answer.hasPrevKv()) {
            pair(answer.getPrevKv());
        }
    }

    @Override
    public void delete(DeleteRangeResponse answer) {
        console.println(Long.toString(answer.getDeleted()));
        answer.getPrevKvsList().forEach(this::pair);
    }

    @Override
    public void txn(TxnResponse answer) {
        console.println(answer.getSucceeded() ? "SUCCESS" : "FAILURE");
        for (ResponseOp operation : answer.getResponsesList()) {
            console.println("");
            switch (operation.getResponseCase()) {
                case RESPONSE_RANGE -> range(operation.getResponseRange());
                case RESPONSE_PUT -> put(operation.getResponsePut());
                case RESPONSE_DELETE_RANGE -> delete(operation.getResponseDeleteRange());
                case RESPONSE_TXN -> txn(operation.getResponseTxn());
                case RESPONSE_NOT_SET -> console.println("unexpected response");
            }
        }
    }

    @Override
    public void watch(WatchResponse answer) {
        for (Event event : answer.getEventsList()) {
            console.println(event.getType().name());
            if (event.hasPrevKv()) {
                pair(event.getPrevKv());
            }
            pair(event.getKv());
        }
    }

    // ---------------------------------------------------------------- leases

    @Override
    public void leaseGrant(LeaseGrantResponse answer) {
        console.println(
                "lease %016x granted with TTL(%ds)".formatted(answer.getID(), answer.getTTL()));
    }

    @Override
    public void leaseRevoke(long lease, LeaseRevokeResponse answer) {
        console.println("lease %016x revoked".formatted(lease));
    }

    @Override
    public void leaseKeepAlive(LeaseKeepAliveResponse answer) {
        console.println(
                "lease %016x keepalived with TTL(%d)".formatted(answer.getID(), answer.getTTL()));
    }

    @Override
    public void leaseEnded(long lease) {
        console.println("lease %016x expired or revoked.".formatted(lease));
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveResponse answer, boolean withKeys) {
        if (answer.getGrantedTTL() == 0 && answer.getTTL() == -1) {
            console.println("lease %016x already expired".formatted(answer.getID()));
            return;
        }
        StringBuilder line =
                new StringBuilder(
                        "lease %016x granted with TTL(%ds), remaining(%ds)"
                                .formatted(
                                        answer.getID(), answer.getGrantedTTL(), answer.getTTL()));
        if (withKeys) {
            StringJoiner keys = new StringJoiner(" ", ", attached keys([", "])");
            answer.getKeysList().forEach(key -> keys.add(RawText.decode(key.toByteArray())));
            line.append(keys);
        }
        console.println(line.toString());
    }

    @Override
    public void leaseList(LeaseLeasesResponse answer) {
        console.println("found " + answer.getLeasesCount() + " leases");
        for (LeaseStatus lease : answer.getLeasesList()) {
            console.println("%016x".formatted(lease.getID()));
        }
    }

    // ---------------------------------------------------------------- members and endpoints

    private void rows(List<List<String>> rows) {
        rows.forEach(row -> console.println(String.join(", ", row)));
    }

    @Override
    public void memberList(MemberListResponse answer) {
        rows(answer.getMembersList().stream().map(Rows::member).toList());
    }

    @Override
    public void memberAdd(MemberAddResponse answer) {
        String role = answer.getMember().getIsLearner() ? " as learner" : "";
        member(answer.getMember().getID(), "added" + role + " to", answer.getHeader());
    }

    @Override
    public void memberRemove(long id, MemberRemoveResponse answer) {
        member(id, "removed from", answer.getHeader());
    }

    @Override
    public void memberUpdate(long id, MemberUpdateResponse answer) {
        member(id, "updated in", answer.getHeader());
    }

    @Override
    public void memberPromote(long id, MemberPromoteResponse answer) {
        member(id, "promoted in", answer.getHeader());
    }

    private void member(long id, String verb, ResponseHeader header) {
        console.println("Member %16x %s cluster %16x".formatted(id, verb, header.getClusterId()));
    }

    @Override
    public void endpointHealth(List<EndpointHealth> answers) {
        for (EndpointHealth health : answers) {
            if (health.error().isEmpty()) {
                console.println(
                        health.endpoint()
                                + " is healthy: successfully committed proposal: took = "
                                + GoText.duration(health.tookNanos()));
            } else {
                console.error(
                        health.endpoint()
                                + " is unhealthy: failed to commit proposal: "
                                + health.error());
            }
        }
    }

    @Override
    public void endpointStatus(List<EndpointStatus> answers) {
        rows(answers.stream().map(Rows::status).toList());
    }

    @Override
    public void endpointHash(List<EndpointHash> answers) {
        rows(answers.stream().map(Rows::hash).toList());
    }

    @Override
    public void alarms(AlarmResponse answer) {
        for (AlarmMember alarm : answer.getAlarmsList()) {
            console.println(
                    "memberID:"
                            + Long.toUnsignedString(alarm.getMemberID())
                            + " alarm:"
                            + alarm.getAlarm());
        }
    }

    @Override
    public void moveLeader(long from, long to, MoveLeaderResponse answer) {
        console.println("Leadership transferred from %x to %x".formatted(from, to));
    }

    @Override
    public void downgrade(String step, DowngradeResponse answer) {
        console.println("Downgrade " + step + " success, cluster version " + answer.getVersion());
    }

    // ---------------------------------------------------------------- users and roles

    @Override
    public void authStatus(AuthStatusResponse answer) {
        console.println("Authentication Status: " + answer.getEnabled());
        console.println("AuthRevision: " + Long.toUnsignedString(answer.getAuthRevision()));
    }

    @Override
    public void userGet(String user, AuthUserGetResponse answer) {
        console.println("User: " + user);
        StringBuilder roles = new StringBuilder("Roles:");
        answer.getRolesList().forEach(role -> roles.append(' ').append(role));
        console.println(roles.toString());
    }

    @Override
    public void userList(AuthUserListResponse answer) {
        answer.getUsersList().forEach(console::println);
    }

    @Override
    public void roleGet(String role, AuthRoleGetResponse answer) {
        console.println("Role " + role);
        permissions("KV Read:", Permission.Type.READ, answer.getPermList());
        permissions("KV Write:", Permission.Type.WRITE, answer.getPermList());
    }

    private void permissions(String title, Permission.Type type, List<Permission> permissions) {
        console.println(title);
        for (Permission each : permissions) {
            if (each.getPermType() == type || each.getPermType() == Permission.Type.READWRITE) {
                console.println(
                        "\t" + PermissionText.rangeOrPrefix(each.getKey(), each.getRangeEnd()));
            }
        }
    }

    @Override
    public void roleList(AuthRoleListResponse answer) {
        answer.getRolesList().forEach(console::println);
    }
}
