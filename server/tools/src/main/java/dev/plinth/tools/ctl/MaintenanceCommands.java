package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.AlarmMember;
import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmResponse;
import dev.plinth.api.etcdserverpb.DefragmentRequest;
import dev.plinth.api.etcdserverpb.DowngradeRequest;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.MoveLeaderRequest;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.api.etcdserverpb.StatusResponse;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.EtcdClient;
import io.grpc.Deadline;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** alarm, defrag, move-leader, downgrade. */
final class MaintenanceCommands {
    private final CtlContext context;

    MaintenanceCommands(CtlContext context) {
        this.context = context;
    }

    // ---------------------------------------------------------------- alarm

    Command alarm() {
        return new Command("alarm <subcommand>", "Alarm related commands")
                .add(
                        new Command("disarm", "Disarms all alarms").does(this::disarm),
                        new Command("list", "Lists all alarms").does(this::listAlarms));
    }

    private void listAlarms(ParsedFlags flags) throws ToolFailure {
        if (!flags.arguments().isEmpty()) {
            throw ToolFailure.arguments("alarm list command accepts no arguments");
        }
        context.connected(flags, session -> session.printer().alarms(alarms(session)));
    }

    private static AlarmResponse alarms(CtlSession session) throws CallFailure {
        return session.call(MaintenanceGrpc.getAlarmMethod(), AlarmRequest.getDefaultInstance());
    }

    private void disarm(ParsedFlags flags) throws ToolFailure {
        if (!flags.arguments().isEmpty()) {
            throw ToolFailure.arguments("alarm disarm command accepts no arguments");
        }
        context.connected(
                flags,
                session -> {
                    AlarmResponse.Builder disarmed = AlarmResponse.newBuilder();
                    for (AlarmMember alarm : alarms(session).getAlarmsList()) {
                        AlarmRequest request =
                                AlarmRequest.newBuilder()
                                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                                        .setMemberID(alarm.getMemberID())
                                        .setAlarm(alarm.getAlarm())
                                        .build();
                        disarmed.addAllAlarms(
                                session.call(MaintenanceGrpc.getAlarmMethod(), request)
                                        .getAlarmsList());
                    }
                    session.printer().alarms(disarmed.build());
                });
    }

    // ---------------------------------------------------------------- defrag

    Command defrag() {
        return new Command(
                        "defrag",
                        "Defragments the storage of the etcd members with given endpoints")
                .flags(ClusterEndpoints.CLUSTER)
                .does(this::runDefrag);
    }

    private void runDefrag(ParsedFlags flags) throws ToolFailure {
        ClientSettings settings = context.settings(flags);
        context.output(flags);
        boolean isFailed = false;
        for (String endpoint : ClusterEndpoints.of(flags, settings)) {
            long start = System.nanoTime();
            try (EtcdClient client =
                    EtcdClient.connect(settings.withEndpoints(List.of(endpoint)))) {
                start = System.nanoTime();
                client.call(
                        MaintenanceGrpc.getDefragmentMethod(),
                        DefragmentRequest.getDefaultInstance(),
                        Deadline.after(flags.nanos("command-timeout"), TimeUnit.NANOSECONDS));
                context.console()
                        .println(
                                "Finished defragmenting etcd member[%s]. took %s"
                                        .formatted(endpoint, since(start)));
                context.console().flush();
            } catch (CallFailure e) {
                context.console()
                        .error(
                                "Failed to defragment etcd member[%s]. took %s. (%s)"
                                        .formatted(endpoint, since(start), e.text()));
                isFailed = true;
            }
        }
        if (isFailed) {
            throw ToolFailure.silent(ToolFailure.ERROR);
        }
    }

    private static String since(long startNanos) {
        return GoText.duration(System.nanoTime() - startNanos);
    }

    // ---------------------------------------------------------------- move-leader

    Command moveLeader() {
        return new Command(
                        "move-leader <transferee-member-id>",
                        "Transfers leadership to another etcd cluster member.")
                .does(this::runMoveLeader);
    }

    private void runMoveLeader(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("move-leader command needs 1 argument");
        }
        long target;
        try {
            target = GoNumbers.parseUint(flags.arguments().getFirst(), 16);
        } catch (CommandFailure e) {
            throw ToolFailure.arguments(String.valueOf(e.getMessage()));
        }
        context.connected(
                flags,
                session -> {
                    for (String endpoint : session.client().settings().endpoints()) {
                        ClientSettings one =
                                session.client().settings().withEndpoints(List.of(endpoint));
                        try (EtcdClient client = EtcdClient.connect(one)) {
                            if (moveFrom(session, client, target)) {
                                return;
                            }
                        }
                    }
                    throw ToolFailure.arguments(
                            "no leader endpoint given at ["
                                    + String.join(" ", session.client().settings().endpoints())
                                    + "]");
                });
    }

    /** Lets a member hand over if it is the one that leads. */
    private static boolean moveFrom(CtlSession session, EtcdClient client, long target)
            throws CallFailure, ToolFailure {
        StatusResponse status =
                client.call(
                        MaintenanceGrpc.getStatusMethod(),
                        StatusRequest.getDefaultInstance(),
                        session.deadline());
        long self = status.getHeader().getMemberId();
        if (status.getLeader() != self) {
            return false;
        }
        MoveLeaderRequest request = MoveLeaderRequest.newBuilder().setTargetID(target).build();
        session.printer()
                .moveLeader(
                        self,
                        target,
                        client.call(
                                MaintenanceGrpc.getMoveLeaderMethod(),
                                request,
                                session.deadline()));
        return true;
    }

    // ---------------------------------------------------------------- downgrade

    Command downgrade() {
        return new Command("downgrade <subcommand>", "Downgrade related commands")
                .add(
                        new Command("cancel", "Cancel the ongoing downgrade action to cluster")
                                .does(flags ->
                                        step(flags, DowngradeRequest.DowngradeAction.CANCEL, "")),
                        new Command(
                                        "enable <TARGET_VERSION>",
                                        "Start a downgrade action to cluster")
                                .does(flags ->
                                        step(
                                                flags,
                                                DowngradeRequest.DowngradeAction.ENABLE,
                                                target(flags))),
                        new Command(
                                        "validate <TARGET_VERSION>",
                                        "Validate downgrade capability before starting downgrade")
                                .does(flags ->
                                        step(
                                                flags,
                                                DowngradeRequest.DowngradeAction.VALIDATE,
                                                target(flags))));
    }

    private static String target(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().isEmpty()) {
            throw ToolFailure.arguments("TARGET_VERSION not provided");
        }
        if (flags.arguments().size() > 1) {
            throw ToolFailure.arguments("too many arguments");
        }
        return flags.arguments().getFirst();
    }

    private void step(ParsedFlags flags, DowngradeRequest.DowngradeAction action, String version)
            throws ToolFailure {
        DowngradeRequest request =
                DowngradeRequest.newBuilder().setAction(action).setVersion(version).build();
        context.connected(
                flags,
                session ->
                        session.printer()
                                .downgrade(
                                        action.name().toLowerCase(Locale.ROOT),
                                        session.call(
                                                MaintenanceGrpc.getDowngradeMethod(), request)));
    }
}
