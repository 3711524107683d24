package dev.plinth.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commands of an interaction script: a few nodes, the messages between them, and what they
 * log.
 */
final class InteractionEnvironment implements RaftLogger {
    /** A command cannot be carried out; the text is part of the output. */
    private static final class CommandException extends Exception {
        private static final long serialVersionUID = 1L;

        CommandException(String text) {
            super(text);
        }
    }

    private interface Step {
        void run() throws CommandException;
    }

    private static final List<String> LEVELS =
            List.of("DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE");
    private static final int QUIET = LEVELS.indexOf("NONE");

    /** A node with its storage, the states that it went through, and work that waits. */
    private static final class Node {
        final long id;
        final RaftConfig config;
        final RawNode raw;
        final MemoryStorage storage = new MemoryStorage();
        final List<Snapshot> history = new ArrayList<>();
        final Deque<Message> appendWork = new ArrayDeque<>();
        final Deque<Message> applyWork = new ArrayDeque<>();

        Node(long id, Settings settings) throws CommandException {
            this.id = id;
            history.add(settings.snapshot);
            if (!settings.snapshot.equals(Snapshot.EMPTY)) {
                if (settings.snapshot.index() <= 1) {
                    throw new CommandException("index must be specified as > 1 due to bootstrap");
                }
                applySnapshot(settings.snapshot);
            }
            config = settings.config(id, new NewestOfHistory(storage, history));
            raw = new RawNode(config);
        }

        private void applySnapshot(Snapshot snapshot) throws CommandException {
            try {
                storage.applySnapshot(snapshot);
            } catch (StorageException e) {
                throw new CommandException(e.reason().toString());
            }
        }

        void append(@Nullable HardState state, List<Entry> entries, @Nullable Snapshot snapshot)
                throws CommandException {
            if (state != null && !state.isEmpty()) {
                storage.setHardState(state);
            }
            if (snapshot != null) {
                if (!entries.isEmpty()) {
                    throw new CommandException("can't apply snapshot and entries at the same time");
                }
                applySnapshot(snapshot);
                return;
            }
            storage.append(entries);
        }

        void apply(List<Entry> entries) {
            for (Entry entry : entries) {
                Snapshot last = history.getLast();
                ConfState conf = last.metadata().confState();
                Bytes update = entry.data();
                if (entry.type() != EntryType.NORMAL) {
                    ConfChangeV2 change = Describe.change(entry);
                    update = change.context() == null ? Bytes.EMPTY : change.context();
                    conf = raw.applyConfChange(change);
                }
                String before = last.data() == null ? "" : last.data().toUtf8();
                history.add(
                        new Snapshot(
                                Bytes.utf8(before + update.toUtf8()),
                                new SnapshotMetadata(conf, entry.index(), entry.term())));
            }
        }
    }

    /** The storage of a node: a snapshot that is asked for is always the newest state. */
    private record NewestOfHistory(MemoryStorage storage, List<Snapshot> history)
            implements RaftStorage {
        @Override
        public InitialState initialState() {
            return storage.initialState();
        }

        @Override
        public List<Entry> entries(long lo, long hi, long sizeMax) throws StorageException {
            return storage.entries(lo, hi, sizeMax);
        }

        @Override
        public long term(long index) throws StorageException {
            return storage.term(index);
        }

        @Override
        public long lastIndex() {
            return storage.lastIndex();
        }

        @Override
        public long firstIndex() {
            return storage.firstIndex();
        }

        @Override
        public Snapshot snapshot() {
            return history.getLast();
        }
    }

    /** Arguments of add-nodes. */
    private final class Settings {
        Snapshot snapshot = Snapshot.EMPTY;
        int inflight = Integer.MAX_VALUE;
        long committedSizePerReadyMax;
        boolean async;
        boolean preVote;
        boolean checkQuorum;
        boolean disableValidation;
        boolean stepDownOnRemoval;
        ReadOnlyOption readOnly = ReadOnlyOption.SAFE;

        Settings(List<ScriptFile.Argument> arguments) {
            List<Long> voters = List.of();
            List<Long> learners = List.of();
            long index = 0;
            Bytes content = null;
            boolean bootstrap = false;
            for (ScriptFile.Argument a : arguments) {
                switch (a.key()) {
                    case "voters" -> voters = ids(a.values());
                    case "learners" -> learners = ids(a.values());
                    case "index" -> index = Long.parseLong(a.value());
                    case "content" -> content = Bytes.utf8(a.value());
                    case "inflight" -> inflight = Integer.parseInt(a.value());
                    case "async-storage-writes" -> async = Boolean.parseBoolean(a.value());
                    case "prevote" -> preVote = Boolean.parseBoolean(a.value());
                    case "checkquorum" -> checkQuorum = Boolean.parseBoolean(a.value());
                    case "max-committed-size-per-ready" ->
                            committedSizePerReadyMax = Long.parseUnsignedLong(a.value());
                    case "disable-conf-change-validation" ->
                            disableValidation = Boolean.parseBoolean(a.value());
                    case "step-down-on-removal" ->
                            stepDownOnRemoval = Boolean.parseBoolean(a.value());
                    case "read-only" ->
                            readOnly =
                                    a.value().equals("lease-based")
                                            ? ReadOnlyOption.LEASE_BASED
                                            : ReadOnlyOption.SAFE;
                    default -> {}
                }
                bootstrap |= List.of("voters", "learners", "index", "content").contains(a.key());
            }
            if (bootstrap) {
                snapshot =
                        new Snapshot(
                                content,
                                new SnapshotMetadata(ConfState.of(voters, learners), index, 1));
            }
        }

        private List<Long> ids(List<String> values) {
            return values.stream().map(Long::parseUnsignedLong).toList();
        }

        RaftConfig config(long id, RaftStorage storage) {
            return RaftConfig.of(id, storage, new SplittableRandom(id))
                    .electionTicks(3)
                    .heartbeatTicks(1)
                    .applied(snapshot.index())
                    .messageSizeMax(RaftConfig.NO_LIMIT)
                    .inflightMessagesMax(inflight)
                    .committedSizePerReadyMax(committedSizePerReadyMax)
                    .asyncStorageWrites(async)
                    .preVote(preVote)
                    .checkQuorum(checkQuorum)
                    .disableConfChangeValidation(disableValidation)
                    .stepDownOnRemoval(stepDownOnRemoval)
                    .readOnlyOption(readOnly)
                    .logger(InteractionEnvironment.this)
                    .build();
        }
    }

    private record Recipient(long id, boolean drop) {}

    private final List<Node> nodes = new ArrayList<>();
    private List<Message> messages = new ArrayList<>();
    private StringBuilder output = new StringBuilder();
    private int level;

    // ---------------------------------------------------------------- output

    @Override
    public boolean isEnabled(Level wanted) {
        return level <= LEVELS.indexOf(wanted.name());
    }

    @Override
    public void log(Level lineLevel, String line) {
        if (isEnabled(lineLevel)) {
            print(lineLevel.name() + " " + line);
            if (!line.endsWith("\n")) {
                print("\n");
            }
        }
    }

    private void print(String text) {
        if (level != QUIET) {
            output.append(text);
        }
    }

    private void indented(Step step) throws CommandException {
        StringBuilder outer = output;
        output = new StringBuilder();
        try {
            step.run();
        } finally {
            StringBuilder inner = output;
            output = outer;
            inner.toString().lines().forEach(l -> output.append("  ").append(l).append('\n'));
        }
    }

    // ---------------------------------------------------------------- commands

    String run(ScriptFile.Command command) {
        output.setLength(0);
        String error = "";
        try {
            execute(command);
        } catch (CommandException e) {
            error = String.valueOf(e.getMessage());
        }
        if (level == QUIET) {
            return error.isEmpty() ? "ok" : error;
        }
        output.append(error);
        return output.isEmpty() ? "ok" : output.toString();
    }

    private void execute(ScriptFile.Command c) throws CommandException {
        switch (c.name()) {
            case "_breakpoint" -> {}
            case "add-nodes" -> addNodes(c);
            case "campaign" -> refusable(() -> raw(c.id(0)).campaign());
            case "compact" -> compact(c);
            case "deliver-msgs" -> deliverCommand(c);
            case "process-ready" -> processReadyCommand(c);
            case "process-append-thread" ->
                    eachNode(c, "processing append thread", this::processAppend);
            case "process-apply-thread" ->
                    eachNode(c, "processing apply thread", this::processApply);
            case "log-level" -> setLevel(c.words().get(0));
            case "raft-log" -> printLog(node(c.id(0)));
            case "raft-state" -> nodes.forEach(this::printState);
            case "set-randomized-election-timeout" ->
                    raw(c.id(0)).raft().setRandomizedElectionTicks(intArgument(c, "timeout"));
            case "stabilize" -> stabilizeCommand(c);
            case "status" -> printStatus(node(c.id(0)));
            case "tick-election" -> tick(c.id(0), node(c.id(0)).config.electionTicks());
            case "tick-heartbeat" -> tick(c.id(0), node(c.id(0)).config.heartbeatTicks());
            case "transfer-leadership" ->
                    raw(intArgument(c, "from")).transferLeader(intArgument(c, "to"));
            case "forget-leader" -> raw(c.id(0)).forgetLeader();
            case "propose" ->
                    refusable(() -> raw(c.id(0)).propose(Bytes.utf8(c.words().get(1)).toArray()));
            case "propose-conf-change" -> proposeConfChange(c);
            case "report-unreachable" -> raw(c.id(0)).reportUnreachable(c.id(1));
            case "send-snapshot" -> sendSnapshot(c);
            default -> throw new CommandException("unknown command");
        }
    }

    private Node node(long id) {
        return nodes.get((int) id - 1);
    }

    private RawNode raw(long id) {
        return node(id).raw;
    }

    private interface Refusable {
        void run() throws RaftException;
    }

    private static void refusable(Refusable call) throws CommandException {
        try {
            call.run();
        } catch (RaftException e) {
            throw new CommandException(e.reason().toString());
        }
    }

    private static int intArgument(ScriptFile.Command c, String key) {
        return Integer.parseInt(textArgument(c, key, ""));
    }

    private static String textArgument(ScriptFile.Command c, String key, String otherwise) {
        for (ScriptFile.Argument a : c.arguments()) {
            if (a.key().equals(key) && !a.isWord()) {
                return a.value();
            }
        }
        return otherwise;
    }

    private void setLevel(String name) throws CommandException {
        int wanted = LEVELS.indexOf(name.toUpperCase(Locale.ROOT));
        if (wanted < 0) {
            throw new CommandException(
                    "log levels must be either of [" + String.join(" ", LEVELS) + "]");
        }
        level = wanted;
    }

    private void addNodes(ScriptFile.Command c) throws CommandException {
        for (int n = c.id(0); n > 0; n--) {
            nodes.add(new Node(nodes.size() + 1, new Settings(c.arguments())));
        }
    }

    private void compact(ScriptFile.Command c) throws CommandException {
        Node node = node(c.id(0));
        try {
            node.storage.compact(c.id(1));
        } catch (StorageException e) {
            throw new CommandException(e.reason().toString());
        }
        printLog(node);
    }

    private void printLog(Node node) throws CommandException {
        MemoryStorage s = node.storage;
        if (s.lastIndex() < s.firstIndex()) {
            print("log is empty: first index=" + s.firstIndex() + ", last index=" + s.lastIndex());
            return;
        }
        try {
            print(
                    Describe.entries(
                            s.entries(s.firstIndex(), s.lastIndex() + 1, RaftConfig.NO_LIMIT)));
        } catch (StorageException e) {
            throw new CommandException(e.reason().toString());
        }
    }

    private void printState(Node node) {
        Raft raft = node.raw.raft();
        boolean voter = raft.tracker.config().voters().contains(node.id);
        print(
                node.id
                        + ": "
                        + raft.role
                        + (voter ? " (Voter)" : " (Non-Voter)")
                        + " Term:"
                        + raft.term
                        + " Lead:"
                        + raft.lead
                        + "\n");
    }

    private void printStatus(Node node) {
        if (node.raw.raft().role == Role.LEADER) {
            print(node.raw.raft().tracker.progress().toString());
        }
    }

    private void tick(long id, int count) {
        for (int i = 0; i < count; i++) {
            raw(id).tick();
        }
    }

    private void proposeConfChange(ScriptFile.Command c) throws CommandException {
        boolean v1 = Boolean.parseBoolean(textArgument(c, "v1", "false"));
        String transition = textArgument(c, "transition", "auto");
        List<ConfChangeV2.Single> changes = new ArrayList<>();
        for (String token : c.input().split("\\s+", -1)) {
            if (!token.isEmpty()) {
                changes.add(change(token));
            }
        }
        if (v1) {
            if (changes.size() > 1 || !transition.equals("auto")) {
                throw new CommandException(
                        "v1 conf change can only have one operation and no transition");
            }
            refusable(() ->
                    raw(c.id(0))
                            .proposeConfChange(
                                    ConfChange.of(changes.get(0).type(), changes.get(0).nodeId())));
            return;
        }
        ConfChangeTransition how =
                switch (transition) {
                    case "auto" -> ConfChangeTransition.AUTO;
                    case "implicit" -> ConfChangeTransition.JOINT_IMPLICIT;
                    case "explicit" -> ConfChangeTransition.JOINT_EXPLICIT;
                    default -> throw new CommandException("unknown transition " + transition);
                };
        refusable(() -> raw(c.id(0)).proposeConfChange(new ConfChangeV2(how, changes, null)));
    }

    static ConfChangeV2.Single change(String token) {
        ConfChangeType type =
                switch (token.charAt(0)) {
                    case 'v' -> ConfChangeType.ADD_NODE;
                    case 'l' -> ConfChangeType.ADD_LEARNER_NODE;
                    case 'r' -> ConfChangeType.REMOVE_NODE;
                    case 'u' -> ConfChangeType.UPDATE_NODE;
                    default -> throw new IllegalArgumentException("unknown input: " + token);
                };
        return new ConfChangeV2.Single(type, Long.parseUnsignedLong(token.substring(1)));
    }

    private void sendSnapshot(ScriptFile.Command c) {
        Node from = node(c.id(0));
        Message message =
                Message.of(MessageType.SNAP)
                        .from(from.id)
                        .to(c.id(1))
                        .term(from.raw.basicStatus().hardState().term())
                        .snapshot(from.history.getLast())
                        .build();
        messages.add(message);
        print(Describe.message(message));
    }

    // ---------------------------------------------------------------- messages

    private void deliverCommand(ScriptFile.Command c) {
        List<Recipient> recipients = new ArrayList<>();
        String type = textArgument(c, "type", "");
        for (ScriptFile.Argument a : c.arguments()) {
            if (a.isWord()) {
                recipients.add(new Recipient(Long.parseLong(a.key()), false));
            } else if (a.key().equals("drop")) {
                a.values().forEach(v -> recipients.add(new Recipient(Long.parseLong(v), true)));
            }
        }
        int handled = 0;
        for (Recipient r : recipients) {
            handled += deliver(r, type);
        }
        if (handled == 0) {
            print("no messages\n");
        }
    }

    private List<Message> messagesTo(Recipient r, String type) {
        return messages.stream()
                .filter(m -> m.to() == r.id)
                .filter(m -> type.isEmpty() || m.type().toString().equals(type))
                .filter(m -> !r.drop || !isLocal(m))
                .toList();
    }

    private static boolean isLocal(Message m) {
        return m.from() == m.to()
                || RawNode.isLocalTarget(m.from())
                || RawNode.isLocalTarget(m.to());
    }

    private int deliver(Recipient r, String type) {
        List<Message> taken = messagesTo(r, type);
        messages.removeAll(taken);
        for (Message m : taken) {
            print((r.drop ? "dropped: " : "") + Describe.message(m) + "\n");
            if (r.drop) {
                continue;
            }
            try {
                raw(m.to()).step(m);
            } catch (RaftException e) {
                print(e.reason() + "\n");
            }
        }
        return taken.size();
    }

    // ---------------------------------------------------------------- work

    private interface NodeStep {
        void run(Node node) throws CommandException;
    }

    private void eachNode(ScriptFile.Command c, String title, NodeStep step)
            throws CommandException {
        List<String> ids = c.words();
        for (String id : ids) {
            Node node = node(Long.parseLong(id));
            if (ids.size() == 1) {
                step.run(node);
            } else {
                print("> " + node.id + " " + title + "\n");
                indented(() -> step.run(node));
            }
        }
    }

    private void processReadyCommand(ScriptFile.Command c) throws CommandException {
        eachNode(c, "handling Ready", this::processReady);
    }

    private void processReady(Node node) throws CommandException {
        Ready ready = node.raw.ready();
        print(Describe.ready(ready));
        boolean async = node.config.asyncStorageWrites();
        if (!async) {
            node.append(ready.hardState(), ready.entries(), ready.snapshot());
            node.apply(ready.committedEntries());
        }
        for (Message m : ready.messages()) {
            if (m.to() == RawNode.LOCAL_APPEND_THREAD) {
                node.appendWork.add(m);
            } else if (m.to() == RawNode.LOCAL_APPLY_THREAD) {
                node.applyWork.add(m);
            } else {
                messages.add(m);
            }
        }
        if (!async) {
            node.raw.advance();
        }
    }

    private void processAppend(Node node) throws CommandException {
        Message work = node.appendWork.poll();
        if (work == null) {
            print("no append work to perform");
            return;
        }
        printWork(work);
        node.append(work.hardState(), work.entries(), work.snapshot());
        respond(work);
    }

    private void processApply(Node node) {
        Message work = node.applyWork.poll();
        if (work == null) {
            print("no apply work to perform");
            return;
        }
        printWork(work);
        node.apply(work.entries());
        respond(work);
    }

    private void printWork(Message work) {
        print("Processing:\n");
        print(Describe.message(work.toBuilder().responses(List.of()).build()) + "\n");
    }

    private void respond(Message work) {
        print("Responses:\n");
        for (Message response : work.responses()) {
            print(Describe.message(response) + "\n");
        }
        messages.addAll(work.responses());
    }

    private void stabilizeCommand(ScriptFile.Command c) throws CommandException {
        int before = level;
        String wanted = textArgument(c, "log-level", "");
        try {
            if (!wanted.isEmpty()) {
                setLevel(wanted);
            }
            List<Node> chosen = new ArrayList<>();
            c.words().forEach(id -> chosen.add(node(Long.parseLong(id))));
            stabilize(chosen.isEmpty() ? List.copyOf(nodes) : chosen);
        } finally {
            level = before;
        }
    }

    private void stabilize(List<Node> chosen) throws CommandException {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (Node node : chosen) {
                if (node.raw.hasReady()) {
                    print("> " + node.id + " handling Ready\n");
                    indented(() -> processReady(node));
                    busy = true;
                }
            }
            for (Node node : chosen) {
                Recipient r = new Recipient(node.id, false);
                if (!messagesTo(r, "").isEmpty()) {
                    print("> " + node.id + " receiving messages\n");
                    indented(() -> deliver(r, ""));
                    busy = true;
                }
            }
            for (Node node : chosen) {
                busy |= drain(node, node.appendWork, "append", this::processAppend);
            }
            for (Node node : chosen) {
                busy |= drain(node, node.applyWork, "apply", this::processApply);
            }
        }
    }

    private boolean drain(Node node, Deque<Message> work, String name, NodeStep step)
            throws CommandException {
        if (work.isEmpty()) {
            return false;
        }
        print("> " + node.id + " processing " + name + " thread\n");
        while (!work.isEmpty()) {
            indented(() -> step.run(node));
        }
        return true;
    }
}
