package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.ClusterGrpc;
import dev.plinth.api.etcdserverpb.Member;
import dev.plinth.api.etcdserverpb.MemberListRequest;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.EtcdClient;
import io.grpc.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Which servers a command is about that treats each one by itself. */
final class ClusterEndpoints {
    static final Flag CLUSTER =
            Flag.bool("cluster", "use all endpoints from the cluster member list");

    private ClusterEndpoints() {}

    /** The servers of {@code --endpoints}, or with {@code --cluster} those of all members. */
    static List<String> of(ParsedFlags flags, ClientSettings settings) throws ToolFailure {
        if (!flags.isOn("cluster")) {
            return settings.endpoints();
        }
        List<String> endpoints = new ArrayList<>();
        try (EtcdClient client = EtcdClient.connect(settings)) {
            MemberListRequest request =
                    MemberListRequest.newBuilder().setLinearizable(true).build();
            Deadline deadline =
                    Deadline.after(flags.nanos("command-timeout"), TimeUnit.NANOSECONDS);
            for (Member member :
                    client.call(ClusterGrpc.getMemberListMethod(), request, deadline)
                            .getMembersList()) {
                endpoints.addAll(member.getClientURLsList());
            }
        } catch (CallFailure e) {
            throw ToolFailure.error(
                    "failed to fetch endpoints from etcd cluster member list: " + e.text());
        }
        return endpoints;
    }
}
