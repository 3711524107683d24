package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.ClusterGrpc;
import dev.plinth.api.etcdserverpb.Member;
import dev.plinth.api.etcdserverpb.MemberAddRequest;
import dev.plinth.api.etcdserverpb.MemberAddResponse;
import dev.plinth.api.etcdserverpb.MemberListRequest;
import dev.plinth.api.etcdserverpb.MemberPromoteRequest;
import dev.plinth.api.etcdserverpb.MemberRemoveRequest;
import dev.plinth.api.etcdserverpb.MemberUpdateRequest;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.Console;
import java.util.ArrayList;
import java.util.List;

/** member add, list, promote, remove, update. */
final class MemberCommands {
    private final CtlContext context;

    MemberCommands(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("member <subcommand>", "Membership related commands")
                .add(
                        new Command("add <memberName> [options]", "Adds a member into the cluster")
                                .flags(
                                        Flag.text(
                                                "peer-urls",
                                                "",
                                                "comma separated peer URLs for the new member."),
                                        Flag.bool(
                                                "learner",
                                                "indicates if the new member is raft learner"))
                                .does(this::add),
                        new Command("list", "Lists all members in the cluster")
                                .describe(
                                        """
                                        When --write-out is set to simple, this command prints out comma-separated member lists for each endpoint.
                                        The items in the lists are ID, Status, Name, Peer Addrs, Client Addrs, Is Learner.
                                        """)
                                .flags(
                                        Flag.text(
                                                "consistency",
                                                "l",
                                                "Linearizable(l) or Serializable(s)"))
                                .does(this::list),
                        new Command(
                                        "promote <memberID>",
                                        "Promotes a non-voting member in the cluster")
                                .describe(
                                        "Promotes a non-voting learner member to a voting one in"
                                                + " the cluster.")
                                .does(this::promote),
                        new Command("remove <memberID>", "Removes a member from the cluster")
                                .does(this::remove),
                        new Command(
                                        "update <memberID> [options]",
                                        "Updates a member in the cluster")
                                .flags(
                                        Flag.text(
                                                "peer-urls",
                                                "",
                                                "comma separated peer URLs for the updated"
                                                        + " member."))
                                .does(this::update));
    }

    private void list(ParsedFlags flags) throws ToolFailure {
        // What is quoted is the flag of get, not this one: so does the original.
        boolean isSerializable =
                switch (flags.text("consistency")) {
                    case "s" -> true;
                    case "l" -> false;
                    default -> throw KeyFlags.unknownConsistency("l");
                };
        MemberListRequest request =
                MemberListRequest.newBuilder().setLinearizable(!isSerializable).build();
        context.connected(
                flags,
                session ->
                        session.printer()
                                .memberList(
                                        session.call(ClusterGrpc.getMemberListMethod(), request)));
    }

    private void add(ParsedFlags flags) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.isEmpty()) {
            throw ToolFailure.arguments("member name not provided");
        }
        if (words.size() > 1) {
            StringBuilder message = new StringBuilder("too many arguments");
            for (String word : words) {
                if (word.startsWith("http")) {
                    message.append(", did you mean --peer-urls=").append(word);
                }
            }
            throw ToolFailure.arguments(message.toString());
        }
        String text = flags.text("peer-urls");
        if (text.isEmpty()) {
            throw ToolFailure.arguments("member peer urls not provided");
        }
        context.connected(
                flags,
                session -> {
                    MemberAddRequest request =
                            MemberAddRequest.newBuilder()
                                    .addAllPeerURLs(urls(text))
                                    .setIsLearner(flags.isOn("learner"))
                                    .build();
                    MemberAddResponse answer =
                            session.call(ClusterGrpc.getMemberAddMethod(), request);
                    session.printer().memberAdd(answer);
                    if (session.printer().isForPeople()) {
                        printSettings(session.console(), words.getFirst(), text, answer);
                    }
                });
    }

    /** The URLs of the flag, after a look whether they are any. */
    private static List<String> urls(String text) throws ToolFailure {
        List<String> urls = List.of(text.split(",", -1));
        try {
            urls.forEach(ListenUrl::parse);
        } catch (IllegalArgumentException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
        return urls;
    }

    /** How to start the new member. */
    private static void printSettings(
            Console console, String name, String urls, MemberAddResponse answer) {
        List<String> cluster = new ArrayList<>();
        for (Member member : answer.getMembersList()) {
            boolean isNew = member.getID() == answer.getMember().getID();
            for (String url : member.getPeerURLsList()) {
                cluster.add((isNew ? name : member.getName()) + "=" + url);
            }
        }
        console.println("");
        console.println("ETCD_NAME=\"" + name + "\"");
        console.println("ETCD_INITIAL_CLUSTER=\"" + String.join(",", cluster) + "\"");
        console.println("ETCD_INITIAL_ADVERTISE_PEER_URLS=\"" + urls + "\"");
        console.println("ETCD_INITIAL_CLUSTER_STATE=\"existing\"");
    }

    private static long onlyMember(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("member ID is not provided");
        }
        return Numbers.member(flags.arguments().getFirst());
    }

    private void remove(ParsedFlags flags) throws ToolFailure {
        long id = onlyMember(flags);
        MemberRemoveRequest request = MemberRemoveRequest.newBuilder().setID(id).build();
        context.connected(
                flags,
                session ->
                        session.printer()
                                .memberRemove(
                                        id,
                                        session.call(
                                                ClusterGrpc.getMemberRemoveMethod(), request)));
    }

    private void promote(ParsedFlags flags) throws ToolFailure {
        long id = onlyMember(flags);
        MemberPromoteRequest request = MemberPromoteRequest.newBuilder().setID(id).build();
        context.connected(
                flags,
                session ->
                        session.printer()
                                .memberPromote(
                                        id,
                                        session.call(
                                                ClusterGrpc.getMemberPromoteMethod(), request)));
    }

    private void update(ParsedFlags flags) throws ToolFailure {
        long id = onlyMember(flags);
        String text = flags.text("peer-urls");
        if (text.isEmpty()) {
            throw ToolFailure.arguments("member peer urls not provided");
        }
        context.connected(
                flags,
                session -> {
                    MemberUpdateRequest request =
                            MemberUpdateRequest.newBuilder()
                                    .setID(id)
                                    .addAllPeerURLs(urls(text))
                                    .build();
                    session.printer()
                            .memberUpdate(
                                    id, session.call(ClusterGrpc.getMemberUpdateMethod(), request));
                });
    }
}
