package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.AlarmMember;
import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.server.core.EtcdError;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.tools.print.EndpointHash;
import dev.plinth.tools.print.EndpointHealth;
import dev.plinth.tools.print.EndpointStatus;
import dev.plinth.tools.print.Printer;
import io.grpc.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** endpoint health, status, hashkv. */
final class EndpointCommands {
    private final CtlContext context;

    EndpointCommands(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("endpoint <subcommand>", "Endpoint related commands")
                .inheritedFlags(List.of(ClusterEndpoints.CLUSTER))
                .add(
                        new Command(
                                        "hashkv",
                                        "Prints the KV history hash for each endpoint in"
                                                + " --endpoints")
                                .flags(
                                        Flag.number(
                                                "rev",
                                                0,
                                                "maximum revision to hash (default: latest"
                                                        + " revision)"))
                                .does(this::hash),
                        new Command(
                                        "health",
                                        "Checks the healthiness of endpoints specified in"
                                                + " `--endpoints` flag")
                                .does(this::health),
                        new Command(
                                        "status",
                                        "Prints out the status of endpoints specified in"
                                                + " `--endpoints` flag")
                                .describe(
                                        """
                                        When --write-out is set to simple, this command prints out comma-separated status lists for each endpoint.
                                        The items in the lists are endpoint, ID, version, storage version, db size, in use, percentage not in use, quota, is leader, is learner, raft term, raft index, raft applied index, errors, downgrade target version, downgrade enabled.
                                        """)
                                .does(this::status));
    }

    private static Deadline deadline(ParsedFlags flags) {
        return Deadline.after(flags.nanos("command-timeout"), TimeUnit.NANOSECONDS);
    }

    // ---------------------------------------------------------------- health

    private void health(ParsedFlags flags) throws ToolFailure {
        ClientSettings settings = context.settings(flags);
        Printer printer = context.output(flags).printer();
        List<String> endpoints = ClusterEndpoints.of(flags, settings);
        BlockingQueue<EndpointHealth> answers = new LinkedBlockingQueue<>();
        for (String endpoint : endpoints) {
            ClientSettings one = settings.withEndpoints(List.of(endpoint));
            Thread.ofVirtual().start(() -> answers.add(ask(flags, one, endpoint)));
        }
        List<EndpointHealth> inOrderOfCompletion = new ArrayList<>();
        try {
            while (inOrderOfCompletion.size() < endpoints.size()) {
                inOrderOfCompletion.add(answers.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ToolFailure.error("interrupted");
        }
        printer.endpointHealth(inOrderOfCompletion);
        if (!inOrderOfCompletion.stream().allMatch(EndpointHealth::isHealthy)) {
            throw ToolFailure.error("unhealthy cluster");
        }
    }

    private static EndpointHealth ask(ParsedFlags flags, ClientSettings settings, String endpoint) {
        long start = System.nanoTime();
        try (EtcdClient client = EtcdClient.connect(settings)) {
            start = System.nanoTime();
            Deadline deadline = deadline(flags);
            commitNothing(client, deadline);
            long took = System.nanoTime() - start;
            String alarms = alarms(client, deadline);
            return new EndpointHealth(endpoint, alarms.isEmpty(), took, alarms);
        } catch (CallFailure e) {
            return new EndpointHealth(endpoint, false, System.nanoTime() - start, e.text());
        }
    }

    /** A read that needs the consent of a quorum; who may not read has seen it all the same. */
    private static void commitNothing(EtcdClient client, Deadline deadline) throws CallFailure {
        RangeRequest request = RangeRequest.newBuilder().setKey(KeyFlags.bytes("health")).build();
        try {
            client.call(KVGrpc.getRangeMethod(), request, deadline);
        } catch (CallFailure e) {
            if (!e.is(EtcdError.PERMISSION_DENIED)) {
                throw e;
            }
        }
    }

    private static String alarms(EtcdClient client, Deadline deadline) {
        try {
            StringBuilder text = new StringBuilder();
            for (AlarmMember alarm :
                    client.call(
                                    MaintenanceGrpc.getAlarmMethod(),
                                    AlarmRequest.getDefaultInstance(),
                                    deadline)
                            .getAlarmsList()) {
                text.append(text.isEmpty() ? "Active Alarm(s): " : "")
                        .append(alarm.getAlarm())
                        .append(' ');
            }
            return text.toString();
        } catch (CallFailure _) {
            return "Unable to fetch the alarm list";
        }
    }

    // ---------------------------------------------------------------- status and hash

    /** Asks one server. */
    @FunctionalInterface
    private interface Question<A> {
        A ask(EtcdClient client, String endpoint) throws CallFailure;
    }

    private void status(ParsedFlags flags) throws ToolFailure {
        ClientSettings settings = context.settings(flags);
        Printer printer = context.output(flags).printer();
        List<String> failures = new ArrayList<>();
        List<EndpointStatus> answers =
                askAll(
                        flags,
                        settings,
                        "status",
                        failures,
                        (client, endpoint) ->
                                new EndpointStatus(
                                        endpoint,
                                        client.call(
                                                MaintenanceGrpc.getStatusMethod(),
                                                StatusRequest.getDefaultInstance(),
                                                deadline(flags))));
        if (!answers.isEmpty() || failures.isEmpty() || !printer.isForPeople()) {
            printer.endpointStatus(answers);
        }
        if (!failures.isEmpty()) {
            throw ToolFailure.silent(ToolFailure.ERROR);
        }
    }

    private void hash(ParsedFlags flags) throws ToolFailure {
        ClientSettings settings = context.settings(flags);
        Printer printer = context.output(flags).printer();
        HashKVRequest request = HashKVRequest.newBuilder().setRevision(flags.number("rev")).build();
        List<String> failures = new ArrayList<>();
        List<EndpointHash> answers =
                askAll(
                        flags,
                        settings,
                        "hash",
                        failures,
                        (client, endpoint) ->
                                EndpointHash.of(
                                        endpoint,
                                        client.call(
                                                MaintenanceGrpc.getHashKVMethod(),
                                                request,
                                                deadline(flags)),
                                        request.getRevision()));
        printer.endpointHash(answers);
        if (!failures.isEmpty()) {
            throw ToolFailure.error(failures.getLast());
        }
    }

    private <A> List<A> askAll(
            ParsedFlags flags,
            ClientSettings settings,
            String what,
            List<String> failures,
            Question<A> question)
            throws ToolFailure {
        List<A> answers = new ArrayList<>();
        for (String endpoint : ClusterEndpoints.of(flags, settings)) {
            try (EtcdClient client =
                    EtcdClient.connect(settings.withEndpoints(List.of(endpoint)))) {
                answers.add(question.ask(client, endpoint));
            } catch (CallFailure e) {
                context.console()
                        .error(
                                "Failed to get the %s of endpoint %s (%s)"
                                        .formatted(what, endpoint, e.text()));
                failures.add(e.text());
            }
        }
        return answers;
    }
}
