package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.Credentials;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.tools.client.TlsSettings;
import dev.plinth.tools.client.Watch;
import dev.plinth.tools.client.WatchUpdate;
import dev.plinth.tools.text.KeyRanges;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** make-mirror: copies the keys of a prefix to another cluster and follows their changes. */
final class MirrorCommand {
    private static final int PAGE_KEYS = 1000;
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final CtlContext context;

    MirrorCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command(
                        "make-mirror [options] <destination>",
                        "Makes a mirror at the destination etcd cluster")
                .flags(
                        Flag.text("prefix", "", "Key-value prefix to mirror"),
                        Flag.number("rev", 0, "Specify the kv revision to start to mirror"),
                        Flag.text(
                                "dest-prefix",
                                "",
                                "destination prefix to mirror a prefix to a different prefix in"
                                        + " the destination cluster"),
                        Flag.bool(
                                "no-dest-prefix",
                                "mirror key-values to the root of the destination cluster"),
                        Flag.number(
                                "max-txn-ops",
                                128,
                                "Maximum number of operations permitted in a transaction during"
                                        + " syncing updates."),
                        Flag.text(
                                "dest-cert",
                                "",
                                "Identify secure client using this TLS certificate file for the"
                                        + " destination cluster"),
                        Flag.text("dest-key", "", "Identify secure client using this TLS key file"),
                        Flag.text(
                                "dest-cacert",
                                "",
                                "Verify certificates of TLS enabled secure servers using this CA"
                                        + " bundle"),
                        Flag.bool(
                                "dest-insecure-transport",
                                true,
                                "Disable transport security for client connections"),
                        Flag.text(
                                "dest-user",
                                "",
                                "Destination username[:password] for authentication (prompt if"
                                        + " password is not supplied)"),
                        Flag.text("dest-password", "", "Destination password for authentication"))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("make-mirror takes one destination argument");
        }
        if (flags.isOn("no-dest-prefix") && !flags.text("dest-prefix").isEmpty()) {
            throw ToolFailure.arguments(
                    "`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose"
                            + " one");
        }
        context.connected(
                flags,
                session -> {
                    try (EtcdClient destination = destination(flags, session)) {
                        new Mirror(session, destination, flags).run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private EtcdClient destination(ParsedFlags flags, CtlSession session)
            throws ToolFailure, CallFailure {
        TlsSettings tls = GlobalFlags.tls(flags, "dest-");
        try {
            Credentials credentials =
                    Credentials.of(
                            flags.text("dest-user"),
                            flags.text("dest-password"),
                            context.console());
            return EtcdClient.connect(
                    session.client()
                            .settings()
                            .withEndpoints(flags.arguments())
                            .withIdentity(tls, credentials.user(), credentials.password()));
        } catch (IOException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
    }

    /** The work between the two clusters. */
    private static final class Mirror {
        private final CtlSession source;
        private final EtcdClient destination;
        private final ByteString prefix;
        private final boolean isToRoot;
        private final long startRevision;
        private final int operationsMax;
        private ByteString newPrefix;
        private long total;
        private long reportAtNanos = System.nanoTime() + REPORT_NANOS;

        Mirror(CtlSession source, EtcdClient destination, ParsedFlags flags) {
            this.source = source;
            this.destination = destination;
            this.prefix = KeyFlags.bytes(flags.text("prefix"));
            this.newPrefix = KeyFlags.bytes(flags.text("dest-prefix"));
            this.isToRoot = flags.isOn("no-dest-prefix");
            this.startRevision = Math.max(0, flags.number("rev") - 1);
            this.operationsMax = Math.clamp(flags.number("max-txn-ops"), 1, 1 << 20);
        }

        void run() throws CallFailure, ToolFailure, InterruptedException {
            long revision = startRevision == 0 ? copyBase() : startRevision;
            KeyFlags.Range range = range();
            WatchCreateRequest request =
                    WatchCreateRequest.newBuilder()
                            .setKey(range.key())
                            .setRangeEnd(range.end())
                            .setStartRevision(revision + 1)
                            .build();
            BlockingQueue<WatchUpdate> updates = new LinkedBlockingQueue<>();
            try (Watch _ = Watch.start(source.client(), request, false, updates::add)) {
                while (true) {
                    WatchUpdate update =
                            updates.poll(
                                    Math.max(0, reportAtNanos - System.nanoTime()),
                                    TimeUnit.NANOSECONDS);
                    switch (update) {
                        case WatchUpdate.Received received -> follow(received.response());
                        case WatchUpdate.Ended ended -> throw ToolFailure.error(ended.reason());
                        case null -> {}
                    }
                    report();
                }
            }
        }

        private KeyFlags.Range range() {
            return prefix.isEmpty()
                    ? new KeyFlags.Range(KeyRanges.OPEN_END, KeyRanges.OPEN_END)
                    : new KeyFlags.Range(prefix, KeyRanges.prefixEnd(prefix));
        }

        /** Copies all keys as of one revision, page by page; returns the revision. */
        private long copyBase() throws CallFailure {
            if (newPrefix.isEmpty() && !isToRoot) {
                newPrefix = prefix;
            }
            KeyFlags.Range range = range();
            RangeRequest.Builder page =
                    RangeRequest.newBuilder()
                            .setKey(range.key())
                            .setRangeEnd(range.end())
                            .setLimit(PAGE_KEYS);
            boolean hasMore = true;
            while (hasMore) {
                RangeResponse answer = source.patientCall(KVGrpc.getRangeMethod(), page.build());
                if (page.getRevision() == 0) {
                    page.setRevision(answer.getHeader().getRevision());
                }
                for (KeyValue pair : answer.getKvsList()) {
                    destination.call(KVGrpc.getPutMethod(), put(pair), null);
                    total++;
                    report();
                }
                hasMore = answer.getMore() && answer.getKvsCount() > 0;
                if (hasMore) {
                    ByteString last = answer.getKvs(answer.getKvsCount() - 1).getKey();
                    page.setKey(last.concat(KeyRanges.OPEN_END));
                }
            }
            return page.getRevision();
        }

        private PutRequest put(KeyValue pair) {
            return PutRequest.newBuilder()
                    .setKey(renamed(pair.getKey()))
                    .setValue(pair.getValue())
                    .build();
        }

        /** A key of the source with the destination's prefix. */
        private ByteString renamed(ByteString key) {
            return key.startsWith(prefix) ? newPrefix.concat(key.substring(prefix.size())) : key;
        }

        /** The events of each revision as one transaction, or several if they are too many. */
        private void follow(WatchResponse response) throws CallFailure {
            TxnRequest.Builder txn = TxnRequest.newBuilder();
            long lastRevision = 0;
            for (Event event : response.getEventsList()) {
                long revision = event.getKv().getModRevision();
                boolean isNext = lastRevision != 0 && revision > lastRevision;
                if (isNext || txn.getSuccessCount() == operationsMax) {
                    commit(txn);
                }
                lastRevision = revision;
                txn.addSuccess(operation(event));
                total++;
            }
            commit(txn);
        }

        private RequestOp operation(Event event) {
            RequestOp.Builder operation = RequestOp.newBuilder();
            return switch (event.getType()) {
                case PUT -> operation.setRequestPut(put(event.getKv())).build();
                case DELETE, UNRECOGNIZED ->
                        operation
                                .setRequestDeleteRange(
                                        DeleteRangeRequest.newBuilder()
                                                .setKey(renamed(event.getKv().getKey())))
                                .build();
            };
        }

        private void commit(TxnRequest.Builder txn) throws CallFailure {
            if (txn.getSuccessCount() > 0) {
                destination.call(KVGrpc.getTxnMethod(), txn.build(), null);
                txn.clear();
            }
        }

        private void report() {
            if (System.nanoTime() - reportAtNanos >= 0) {
                reportAtNanos += REPORT_NANOS;
                source.console().println(Long.toString(total));
                source.console().flush();
            }
        }
    }
}
