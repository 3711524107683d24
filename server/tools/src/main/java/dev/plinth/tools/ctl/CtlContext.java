package dev.plinth.tools.ctl;

import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.Credentials;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.tools.print.OutputFormat;
import dev.plinth.tools.text.Console;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What all commands stand on.
 *
 * @param console the three streams
 * @param environment variables of the process
 * @param directory what relative paths are relative to
 * @param signals how a command learns that the user wants it to end
 */
record CtlContext(
        Console console, Map<String, String> environment, Path directory, EndSignals signals) {
    /** A command's connection to the cluster and its way to print. */
    @FunctionalInterface
    interface Work {
        void run(CtlSession session) throws ToolFailure, CallFailure;
    }

    /**
     * Connects as the flags say and does the work; what a call refuses ends the command with code
     * 1.
     */
    void connected(ParsedFlags flags, Work work) throws ToolFailure {
        try (CtlSession session = connect(flags)) {
            work.run(session);
        } catch (CallFailure e) {
            throw ToolFailure.error(e.text());
        }
    }

    /**
     * Makes one call, which takes what it takes, and prints what has been done.
     *
     * @param header of the answer
     * @param sentence simple output
     */
    <Q, A extends Message> void told(
            ParsedFlags flags,
            MethodDescriptor<Q, A> method,
            Q request,
            Function<A, ResponseHeader> header,
            String sentence)
            throws ToolFailure {
        connected(
                flags,
                session -> {
                    A answer = session.patientCall(method, request);
                    session.printer().sentence(answer, header.apply(answer), sentence);
                });
    }

    private CtlSession connect(ParsedFlags flags) throws ToolFailure {
        ClientSettings settings = settings(flags);
        CtlSession.Output output = output(flags);
        try {
            return new CtlSession(flags, EtcdClient.connect(settings), output);
        } catch (CallFailure e) {
            throw new ToolFailure(ToolFailure.BAD_CONNECTION, e.text());
        }
    }

    CtlSession.Output output(ParsedFlags flags) throws ToolFailure {
        String format = flags.text("write-out");
        boolean isHex = flags.isOn("hex");
        return new CtlSession.Output(
                format, OutputFormat.printer(format, isHex, false, console), console);
    }

    /** Reads environment and flags; asks for a password if it has to. */
    ClientSettings settings(ParsedFlags flags) throws ToolFailure {
        List<Flag> inherited = flags.command().inheritedByThis();
        GlobalFlags.readEnvironment(flags, inherited, environment);
        for (String name : GlobalFlags.unknownVariables(inherited, environment)) {
            console.error(
                    "{\"level\":\"warn\",\"msg\":\"unrecognized environment variable\","
                            + "\"environment-variable\":\""
                            + name
                            + "\"}");
        }
        if (flags.isOn("debug")) {
            for (Flag flag : GlobalFlags.ALL) {
                console.error(GlobalFlags.variable(flag) + "=" + flags.text(flag.name()));
            }
        }
        List<String> endpoints = flags.texts("endpoints");
        if (!flags.text("discovery-srv").isEmpty()) {
            endpoints =
                    ServiceDiscovery.endpoints(
                            flags.text("discovery-srv"),
                            flags.text("discovery-srv-name"),
                            flags.isOn("insecure-discovery"));
        }
        try {
            GlobalFlags.tls(flags, "");
            Credentials credentials =
                    flags.text("auth-jwt-token").isEmpty()
                            ? Credentials.of(flags.text("user"), flags.text("password"), console)
                            : Credentials.NONE;
            return GlobalFlags.settings(flags, credentials, endpoints);
        } catch (IOException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
    }
}
