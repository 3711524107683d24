package dev.plinth.tools.bench;

import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;

/** {@code bench lease-keepalive}: renewals, each on a stream of its own, as single renewals are. */
final class LeaseCommand {
    private static final long TTL_SECONDS = 100;
    private static final MethodDescriptor<LeaseKeepAliveRequest, Boolean> KEEP_ALIVE =
            Call.unread(LeaseGrpc.getLeaseKeepAliveMethod());

    private final BenchContext context;

    LeaseCommand(BenchContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("lease-keepalive", "Benchmark lease keepalive")
                .flags(
                        Flag.number("total", 10_000, "Total number of lease keepalive requests"),
                        Flag.unsigned("rate", 0, "Maximum renewals per second (0 is no limit)"))
                .does(flags -> context.measured(flags, LeaseCommand::run));
    }

    private static void run(BenchSession session)
            throws ToolFailure, CallFailure, InterruptedException {
        LeaseGrantRequest grant = LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build();
        List<Call<LeaseKeepAliveRequest>> renewals = new ArrayList<>();
        for (int i = 0; i < session.clients(); i++) {
            long lease =
                    session.client().call(LeaseGrpc.getLeaseGrantMethod(), grant, null).getID();
            renewals.add(
                    new Call<>(
                            KEEP_ALIVE,
                            LeaseKeepAliveRequest.newBuilder().setID(lease).build(),
                            0));
        }
        session.measure(
                "lease-keepalive",
                BenchFlags.count(session.flags(), "total", 1),
                session.pace(),
                (client, _, _) -> renewals.get(client));
    }
}
