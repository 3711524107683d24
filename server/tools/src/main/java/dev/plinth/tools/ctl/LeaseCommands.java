package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.LeaseLeasesRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.rpc.ErrorMapping;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.LeaseRenewal;

/** lease grant, revoke, timetolive, list, keep-alive. */
final class LeaseCommands {
    private static final String BAD_ID = "bad lease ID arg (%s), expecting ID in Hex";

    private final CtlContext context;

    LeaseCommands(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("lease <subcommand>", "Lease related commands")
                .add(
                        new Command("grant <ttl>", "Creates leases").does(this::grant),
                        new Command("keep-alive [options] <leaseID>", "Keeps leases alive (renew)")
                                .flags(Flag.bool("once", "Resets the time to live once, and ends"))
                                .does(this::keepAlive),
                        new Command("list", "List all active leases").does(this::list),
                        new Command("revoke <leaseID>", "Revokes leases").does(this::revoke),
                        new Command("timetolive <leaseID> [options]", "Get lease information")
                                .flags(Flag.bool("keys", "Get keys attached to this lease"))
                                .does(this::timeToLive));
    }

    private void grant(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("lease grant command needs TTL argument");
        }
        long ttl;
        try {
            ttl = Numbers.decimal(flags.arguments().getFirst());
        } catch (CommandFailure e) {
            throw ToolFailure.arguments("bad TTL (" + e.getMessage() + ")");
        }
        LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(ttl).build();
        context.connected(
                flags,
                session -> {
                    try {
                        session.printer()
                                .leaseGrant(session.call(LeaseGrpc.getLeaseGrantMethod(), request));
                    } catch (CallFailure e) {
                        throw ToolFailure.error("failed to grant lease (" + e.text() + ")");
                    }
                });
    }

    private void revoke(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("lease revoke command needs 1 argument");
        }
        long lease = Numbers.lease(flags.arguments().getFirst(), BAD_ID);
        LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(lease).build();
        context.connected(
                flags,
                session -> {
                    try {
                        session.printer()
                                .leaseRevoke(
                                        lease,
                                        session.call(LeaseGrpc.getLeaseRevokeMethod(), request));
                    } catch (CallFailure e) {
                        throw ToolFailure.error("failed to revoke lease (" + e.text() + ")");
                    }
                });
    }

    private void timeToLive(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("lease timetolive command needs lease ID as argument");
        }
        boolean withKeys = flags.isOn("keys");
        LeaseTimeToLiveRequest request =
                LeaseTimeToLiveRequest.newBuilder()
                        .setID(Numbers.lease(flags.arguments().getFirst(), BAD_ID))
                        .setKeys(withKeys)
                        .build();
        context.connected(
                flags,
                session ->
                        orBadConnection(() ->
                                session.printer()
                                        .leaseTimeToLive(
                                                session.patientCall(
                                                        LeaseGrpc.getLeaseTimeToLiveMethod(),
                                                        request),
                                                withKeys)));
    }

    private void list(ParsedFlags flags) throws ToolFailure {
        context.connected(
                flags,
                session ->
                        orBadConnection(() ->
                                session.printer()
                                        .leaseList(
                                                session.patientCall(
                                                        LeaseGrpc.getLeaseLeasesMethod(),
                                                        LeaseLeasesRequest.getDefaultInstance()))));
    }

    @FunctionalInterface
    private interface Question {
        void ask() throws CallFailure, ToolFailure;
    }

    private static void orBadConnection(Question question) throws ToolFailure {
        try {
            question.ask();
        } catch (CallFailure e) {
            throw new ToolFailure(ToolFailure.BAD_CONNECTION, e.text());
        }
    }

    private void keepAlive(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("lease keep-alive command needs lease ID as argument");
        }
        long lease = Numbers.lease(flags.arguments().getFirst(), BAD_ID);
        context.connected(
                flags,
                session -> {
                    try (LeaseRenewal renewal = new LeaseRenewal(session.client(), lease)) {
                        if (flags.isOn("once")) {
                            orBadConnection(() -> renewOnce(session, renewal));
                        } else {
                            renewForEver(session, renewal);
                            session.printer().leaseEnded(lease);
                        }
                    }
                });
    }

    private static void renewOnce(CtlSession session, LeaseRenewal renewal)
            throws CallFailure, ToolFailure {
        try {
            LeaseKeepAliveResponse answer = renewal.once();
            if (answer.getTTL() <= 0) {
                throw CallFailure.of(ErrorMapping.status(EtcdError.LEASE_NOT_FOUND));
            }
            session.printer().leaseKeepAlive(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void renewForEver(CtlSession session, LeaseRenewal renewal) throws ToolFailure {
        try {
            for (LeaseKeepAliveResponse answer = renewal.next();
                    answer != null;
                    answer = renewal.next()) {
                session.printer().leaseKeepAlive(answer);
                session.console().flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
