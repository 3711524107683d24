package dev.plinth.tools.print;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.LeaseLeasesResponse;
import dev.plinth.api.etcdserverpb.LeaseStatus;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.api.etcdserverpb.Member;
import dev.plinth.api.etcdserverpb.MemberAddResponse;
import dev.plinth.api.etcdserverpb.MemberListResponse;
import dev.plinth.api.etcdserverpb.MemberPromoteResponse;
import dev.plinth.api.etcdserverpb.MemberRemoveResponse;
import dev.plinth.api.etcdserverpb.MemberUpdateResponse;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.text.Console;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One line of JSON per answer, in the shapes of etcd's client library. */
final class JsonPrinter extends Printer {
    private final Console console;
    private final boolean isHex;

    JsonPrinter(Console console, boolean isHex) {
        super("json");
        this.console = console;
        this.isHex = isHex;
    }

    @Override
    void message(Message answer) {
        console.println(GoJson.of(answer));
    }

    // ---------------------------------------------------------------- watches

    @Override
    public void watch(WatchResponse answer) {
        StringBuilder json = new StringBuilder("{\"Header\":");
        GoJson.append(json, answer.getHeader());
        json.append(",\"Events\":[");
        String separator = "";
        for (Event event : answer.getEventsList()) {
            json.append(separator);
            GoJson.append(json, event);
            separator = ",";
        }
        json.append("],\"CompactRevision\":")
                .append(answer.getCompactRevision())
                .append(",\"Canceled\":")
                .append(answer.getCanceled())
                .append(",\"Created\":")
                .append(answer.getCreated())
                .append(",\"CancelReason\":")
                .append(GoJson.string(answer.getCancelReason()));
        console.println(json.append('}').toString());
    }

    // ---------------------------------------------------------------- leases

    @Override
    public void leaseGrant(LeaseGrantResponse answer) {
        console.println(
                flattened(answer.getHeader())
                        + "\"ID\":%d,\"TTL\":%d,\"Error\":%s}"
                                .formatted(
                                        answer.getID(),
                                        answer.getTTL(),
                                        GoJson.string(answer.getError())));
    }

    @Override
    public void leaseKeepAlive(LeaseKeepAliveResponse answer) {
        console.println(
                flattened(answer.getHeader())
                        + "\"ID\":%d,\"TTL\":%d}".formatted(answer.getID(), answer.getTTL()));
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveResponse answer, boolean withKeys) {
        StringBuilder keys = new StringBuilder();
        for (ByteString key : answer.getKeysList()) {
            keys.append(keys.isEmpty() ? "[" : ",");
            GoJson.appendBytes(keys, key);
        }
        console.println(
                flattened(answer.getHeader())
                        + "\"id\":%d,\"ttl\":%d,\"granted-ttl\":%d,\"keys\":%s}"
                                .formatted(
                                        answer.getID(),
                                        answer.getTTL(),
                                        answer.getGrantedTTL(),
                                        keys.isEmpty() ? "null" : keys.append(']')));
    }

    @Override
    public void leaseList(LeaseLeasesResponse answer) {
        StringBuilder leases = new StringBuilder();
        for (LeaseStatus lease : answer.getLeasesList()) {
            leases.append(leases.isEmpty() ? "" : ",")
                    .append("{\"id\":")
                    .append(lease.getID())
                    .append('}');
        }
        console.println(flattened(answer.getHeader()) + "\"leases\":[" + leases + "]}");
    }

    /** The header's fields at the beginning of an object, and a comma if there are any. */
    private static String flattened(ResponseHeader header) {
        String json = GoJson.of(header);
        return json.equals("{}") ? "{" : json.substring(0, json.length() - 1) + ",";
    }

    // ---------------------------------------------------------------- members

    @Override
    public void memberList(MemberListResponse answer) {
        members(answer, answer.getHeader(), null, answer.getMembersList());
    }

    @Override
    public void memberAdd(MemberAddResponse answer) {
        members(answer, answer.getHeader(), answer.getMember(), answer.getMembersList());
    }

    @Override
    public void memberRemove(long id, MemberRemoveResponse answer) {
        members(answer, answer.getHeader(), null, answer.getMembersList());
    }

    @Override
    public void memberUpdate(long id, MemberUpdateResponse answer) {
        members(answer, answer.getHeader(), null, answer.getMembersList());
    }

    @Override
    public void memberPromote(long id, MemberPromoteResponse answer) {
        members(answer, answer.getHeader(), null, answer.getMembersList());
    }

    /** With hexadecimal ids the lists of members, and only these, have a shape of their own. */
    private void members(
            Message answer, ResponseHeader header, @Nullable Member added, List<Member> all) {
        if (!isHex) {
            message(answer);
            return;
        }
        StringBuilder json =
                new StringBuilder("{\"header\":{\"cluster_id\":\"")
                        .append(Long.toHexString(header.getClusterId()))
                        .append("\",\"member_id\":\"")
                        .append(Long.toHexString(header.getMemberId()))
                        .append('"');
        if (header.getRevision() != 0) {
            json.append(",\"revision\":").append(header.getRevision());
        }
        if (header.getRaftTerm() != 0) {
            json.append(",\"raft_term\":").append(Long.toUnsignedString(header.getRaftTerm()));
        }
        json.append('}');
        if (added != null) {
            appendMember(json.append(",\"member\":"), added);
        }
        json.append(",\"members\":[");
        String separator = "";
        for (Member member : all) {
            appendMember(json.append(separator), member);
            separator = ",";
        }
        console.println(json.append("]}").toString());
    }

    private static void appendMember(StringBuilder json, Member member) {
        json.append("{\"ID\":\"").append(Long.toHexString(member.getID())).append('"');
        String rest = GoJson.of(member.toBuilder().clearID().build());
        json.append(rest.length() > 2 ? "," : "").append(rest, 1, rest.length());
    }

    // ---------------------------------------------------------------- endpoints

    @Override
    public void endpointHealth(List<EndpointHealth> answers) {
        StringBuilder json = new StringBuilder();
        for (EndpointHealth health : answers) {
            json.append(json.isEmpty() ? "[" : ",")
                    .append("{\"endpoint\":")
                    .append(GoJson.string(health.endpoint()))
                    .append(",\"health\":")
                    .append(health.isHealthy())
                    .append(",\"took\":\"")
                    .append(GoText.duration(health.tookNanos()))
                    .append('"');
            if (!health.error().isEmpty()) {
                json.append(",\"error\":").append(GoJson.string(health.error()));
            }
            json.append('}');
        }
        list(json);
    }

    @Override
    public void endpointStatus(List<EndpointStatus> answers) {
        StringBuilder json = new StringBuilder();
        for (EndpointStatus status : answers) {
            endpoint(json, status.endpoint(), "Status", status.status());
        }
        list(json);
    }

    @Override
    public void endpointHash(List<EndpointHash> answers) {
        StringBuilder json = new StringBuilder();
        for (EndpointHash hash : answers) {
            endpoint(json, hash.endpoint(), "HashKV", hash.hash());
        }
        list(json);
    }

    private static void endpoint(StringBuilder json, String endpoint, String name, Message answer) {
        json.append(json.isEmpty() ? "[" : ",")
                .append("{\"Endpoint\":")
                .append(GoJson.string(endpoint))
                .append(",\"")
                .append(name)
                .append("\":");
        GoJson.append(json, answer);
        json.append('}');
    }

    /** A list without elements is one that Go never made. */
    private void list(StringBuilder elements) {
        console.println(elements.isEmpty() ? "null" : elements.append(']').toString());
    }
}
