package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RangeStreamResponse;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.decode.KubernetesValue;
import dev.plinth.tools.decode.UndecodableException;
import dev.plinth.tools.print.Printer;

/** get, put, del, compaction. */
final class KeyCommands {
    private final CtlContext context;

    KeyCommands(CtlContext context) {
        this.context = context;
    }

    Command get() {
        return new Command("get [options] <key> [range_end]", "Gets the key or a range of keys")
                .flags(KeyFlags.GET)
                .does(this::runGet);
    }

    Command put() {
        return new Command("put [options] <key> <value>", "Puts the given key into the store")
                .describe(
                        """
                        Puts the given key into the store.

                        When <value> begins with '-', <value> is interpreted as a flag.
                        Insert '--' for workaround:

                        $ put <key> -- <value>
                        $ put -- <key> <value>

                        If <value> isn't given as a command line argument and '--ignore-value' is not specified,
                        this command tries to read the value from standard input.

                        If <lease> isn't given as a command line argument and '--ignore-lease' is not specified,
                        the key is detached from any lease that it was attached to.\
                        """)
                .flags(KeyFlags.PUT)
                .does(this::runPut);
    }

    Command del() {
        return new Command(
                        "del [options] <key> [range_end]",
                        "Removes the specified key or range of keys [key, range_end)")
                .flags(KeyFlags.DEL)
                .does(this::runDel);
    }

    Command compaction() {
        return new Command("compaction [options] <revision>", "Compacts the event history in etcd")
                .flags(
                        Flag.bool(
                                "physical",
                                "'true' to wait for compaction to physically remove all old"
                                        + " revisions"))
                .does(this::runCompaction);
    }

    private void runGet(ParsedFlags flags) throws ToolFailure {
        RangeRequest request = KeyFlags.get(flags);
        String decoder = flags.text("decode");
        if (!decoder.isEmpty() && !decoder.equals("k8s")) {
            throw new ToolFailure(ToolFailure.BAD_FEATURE, "unknown decoder " + decoder);
        }
        context.connected(
                flags,
                session -> {
                    RangeResponse answer =
                            flags.isOn("stream")
                                    ? streamed(session, request)
                                    : session.call(KVGrpc.getRangeMethod(), request);
                    if (request.getCountOnly() && !session.format().equals("fields")) {
                        throw ToolFailure.arguments(
                                "--count-only is only for `--write-out=fields`");
                    }
                    boolean isValueOnly = flags.isOn("print-value-only");
                    if (isValueOnly && !session.format().equals("simple")) {
                        throw ToolFailure.arguments(
                                "print-value-only is only for `--write-out=simple`");
                    }
                    Printer printer = isValueOnly ? session.valuePrinter() : session.printer();
                    printer.range(flags.text("decode").isEmpty() ? answer : decoded(answer));
                });
    }

    /** The same with readable values; one that is none of Kubernetes' stays as it is. */
    private static RangeResponse decoded(RangeResponse answer) {
        RangeResponse.Builder readable = answer.toBuilder();
        for (KeyValue.Builder pair : readable.getKvsBuilderList()) {
            pair.setValue(readable(pair.getValue()));
        }
        return readable.build();
    }

    private static ByteString readable(ByteString value) {
        try {
            return ByteString.copyFromUtf8(KubernetesValue.json(value.toByteArray()));
        } catch (UndecodableException _) {
            return value;
        }
    }

    /** The parts of the streaming call as one answer. */
    private static RangeResponse streamed(CtlSession session, RangeRequest request)
            throws CallFailure, ToolFailure {
        RangeResponse.Builder whole = RangeResponse.newBuilder();
        try (ServerStream<RangeStreamResponse> parts =
                ServerStream.open(
                        session.client(),
                        KVGrpc.getRangeStreamMethod(),
                        request,
                        session.deadline())) {
            for (RangeStreamResponse part = parts.next(); part != null; part = parts.next()) {
                whole.mergeFrom(part.getRangeResponse());
            }
        }
        return whole.build();
    }

    private void runPut(ParsedFlags flags) throws ToolFailure {
        PutRequest request = KeyFlags.put(flags, context.console().in());
        context.connected(
                flags,
                session -> session.printer().put(session.call(KVGrpc.getPutMethod(), request)));
    }

    private void runDel(ParsedFlags flags) throws ToolFailure {
        DeleteRangeRequest request = KeyFlags.del(flags, context.console());
        context.connected(
                flags,
                session ->
                        session.printer()
                                .delete(session.call(KVGrpc.getDeleteRangeMethod(), request)));
    }

    private void runCompaction(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("compaction command needs 1 argument");
        }
        long revision;
        try {
            revision = Numbers.decimal(flags.arguments().getFirst());
        } catch (CommandFailure e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
        CompactionRequest request =
                CompactionRequest.newBuilder()
                        .setRevision(revision)
                        .setPhysical(flags.isOn("physical"))
                        .build();
        context.connected(
                flags,
                session -> {
                    // A compaction that is waited for takes as long as there is to remove.
                    if (flags.isOn("physical")) {
                        session.patientCall(KVGrpc.getCompactMethod(), request);
                    } else {
                        session.call(KVGrpc.getCompactMethod(), request);
                    }
                    session.console().println("compacted revision " + revision);
                });
    }
}
