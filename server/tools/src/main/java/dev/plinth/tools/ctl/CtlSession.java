package dev.plinth.tools.ctl;

import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.tools.print.OutputFormat;
import dev.plinth.tools.print.Printer;
import dev.plinth.tools.text.Console;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;

/** A command at work: its flags, its client and its printer. */
final class CtlSession implements AutoCloseable {
    /**
     * Where results go.
     *
     * @param format name of the output format
     * @param printer writes that format
     * @param console what the printer writes to
     */
    record Output(String format, Printer printer, Console console) {}

    private final ParsedFlags flags;
    private final EtcdClient client;
    private final Output output;
    private final Deadline deadline;

    CtlSession(ParsedFlags flags, EtcdClient client, Output output) {
        this.flags = flags;
        this.client = client;
        this.output = output;
        this.deadline = Deadline.after(flags.nanos("command-timeout"), TimeUnit.NANOSECONDS);
    }

    ParsedFlags flags() {
        return flags;
    }

    EtcdClient client() {
        return client;
    }

    Console console() {
        return output.console();
    }

    String format() {
        return output.format();
    }

    Printer printer() {
        return output.printer();
    }

    /** A printer that leaves keys out of simple output. */
    Printer valuePrinter() throws ToolFailure {
        return OutputFormat.printer(output.format(), flags.isOn("hex"), true, output.console());
    }

    /** When the command's time is up. */
    Deadline deadline() {
        return deadline;
    }

    /** A call within the command's time. */
    <Q, A> A call(MethodDescriptor<Q, A> method, Q request) throws CallFailure {
        return client.call(method, request, deadline);
    }

    /** A call that takes what it takes. */
    <Q, A> A patientCall(MethodDescriptor<Q, A> method, Q request) throws CallFailure {
        return client.call(method, request, null);
    }

    @Override
    public void close() {
        client.close();
    }
}
