package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.Contender;
import dev.plinth.tools.client.LeaseSession;
import dev.plinth.tools.client.Watch;
import dev.plinth.tools.client.WatchUpdate;
import dev.plinth.tools.text.KeyRanges;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** elect: stands for an election, or watches who leads. */
final class ElectCommand {
    private static final long SESSION_TTL_SECONDS = 60;

    private final CtlContext context;

    ElectCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command(
                        "elect <election-name> [proposal]",
                        "Observes and participates in leader election")
                .flags(Flag.bool("listen", "observation mode").withShorthand("l"))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.isEmpty() || words.size() > 2) {
            throw ToolFailure.arguments(
                    "elect takes one election name argument and an optional proposal argument");
        }
        boolean isListening = flags.isOn("listen");
        if (words.size() == 1 && !isListening) {
            throw ToolFailure.arguments("no proposal argument but -l not set");
        }
        if (words.size() == 2 && isListening) {
            throw ToolFailure.arguments("proposal given but -l is set");
        }
        ByteString name = KeyFlags.bytes(words.getFirst());
        context.connected(
                flags,
                session -> {
                    try {
                        if (isListening) {
                            observe(session, name.concat(ByteString.copyFromUtf8("/")));
                        } else {
                            campaign(session, name, KeyFlags.bytes(words.get(1)));
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private void campaign(CtlSession session, ByteString name, ByteString proposal)
            throws CallFailure, ToolFailure, InterruptedException {
        try (LeaseSession lease = LeaseSession.begin(session.client(), SESSION_TTL_SECONDS)) {
            Contender place = Contender.enter(session.client(), name, lease.lease(), proposal);
            try (EndSignals.Registration _ = context.signals().onEnd(() -> resign(place))) {
                place.awaitTurn();
                session.printer().range(place.read());
                session.console().flush();
                lease.lost().join();
                throw ToolFailure.error("elect: session expired");
            }
        }
    }

    private static void resign(Contender place) {
        try {
            place.leave();
        } catch (CallFailure _) {
            // The key goes with its lease.
        }
    }

    // ---------------------------------------------------------------- observation

    private void observe(CtlSession session, ByteString prefix)
            throws CallFailure, ToolFailure, InterruptedException {
        try (EndSignals.Registration _ = context.signals().onEnd(() -> {})) {
            while (true) {
                RangeResponse leader = awaitLeader(session, prefix);
                show(session, leader);
                follow(session, leader);
            }
        }
    }

    private static void show(CtlSession session, RangeResponse leader) throws ToolFailure {
        session.printer().range(leader);
        session.console().flush();
    }

    /** The key that was created first, now or as soon as there is one. */
    private static RangeResponse awaitLeader(CtlSession session, ByteString prefix)
            throws CallFailure, InterruptedException {
        RangeRequest first =
                RangeRequest.newBuilder()
                        .setKey(prefix)
                        .setRangeEnd(KeyRanges.prefixEnd(prefix))
                        .setSortTarget(RangeRequest.SortTarget.CREATE)
                        .setSortOrder(RangeRequest.SortOrder.ASCEND)
                        .setLimit(1)
                        .build();
        RangeResponse answer = session.patientCall(KVGrpc.getRangeMethod(), first);
        if (answer.getKvsCount() > 0) {
            return answer;
        }
        WatchCreateRequest request =
                WatchCreateRequest.newBuilder()
                        .setKey(prefix)
                        .setRangeEnd(KeyRanges.prefixEnd(prefix))
                        .setStartRevision(answer.getHeader().getRevision())
                        .addFilters(WatchCreateRequest.FilterType.NODELETE)
                        .build();
        BlockingQueue<WatchUpdate> updates = new LinkedBlockingQueue<>();
        try (Watch _ = Watch.start(session.client(), request, false, updates::add)) {
            while (true) {
                WatchUpdate.Received received = taken(updates);
                for (Event event : received.response().getEventsList()) {
                    if (event.getType() == Event.EventType.PUT) {
                        return leader(received.response().getHeader(), event);
                    }
                }
            }
        }
    }

    /** Shows each new proposal of a leader until its key is gone. */
    private static void follow(CtlSession session, RangeResponse leader)
            throws CallFailure, ToolFailure, InterruptedException {
        WatchCreateRequest request =
                WatchCreateRequest.newBuilder()
                        .setKey(leader.getKvs(0).getKey())
                        .setStartRevision(leader.getHeader().getRevision() + 1)
                        .build();
        BlockingQueue<WatchUpdate> updates = new LinkedBlockingQueue<>();
        try (Watch _ = Watch.start(session.client(), request, false, updates::add)) {
            while (true) {
                WatchUpdate.Received received = taken(updates);
                for (Event event : received.response().getEventsList()) {
                    if (event.getType() == Event.EventType.DELETE) {
                        return;
                    }
                    show(session, leader(received.response().getHeader(), event));
                }
            }
        }
    }

    private static RangeResponse leader(ResponseHeader header, Event event) {
        return RangeResponse.newBuilder().setHeader(header).addKvs(event.getKv()).build();
    }

    private static WatchUpdate.Received taken(BlockingQueue<WatchUpdate> updates)
            throws CallFailure, InterruptedException {
        return switch (updates.take()) {
            case WatchUpdate.Received received -> received;
            case WatchUpdate.Ended _ -> throw CallFailure.local("elect: observer lost");
        };
    }
}
