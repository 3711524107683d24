package dev.plinth.server.sim;

import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.WireForm;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.consensus.MessageReceiver;
import dev.plinth.server.consensus.PeerTransport;
import dev.plinth.server.peer.SnapshotSink;
import dev.plinth.server.peer.SnapshotSink.IncomingDatabase;
import dev.plinth.server.peer.SnapshotSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Carries raft's messages in their wire form, and databases of snapshots, from member to member:
 * late, lost, twice, out of order, not at all across a cut.
 *
 * <p>Proposals that a follower hands on are never doubled: the streams between members are
 * connections that keep order and repeat nothing, and raft does not tell a doubled proposal from
 * two.
 */
final class SimulatedNetwork {
    private static final int BYTES_PER_MICRO = 50;

    /** A place where a member lives or may live again. */
    interface Place {
        /** The present life's own number; another one after a restart. */
        int life();

        /** Runs something on the member unless that life has ended; its failure ends the member. */
        void run(int life, Work work);
    }

    /** Work on a member. */
    interface Work {
        void run() throws IOException;
    }

    /** The ends of one life of a member. */
    private static final class Connected {
        private final int life;
        private final MessageReceiver receiver;
        private final SnapshotSource states;
        private final SnapshotSink sink;

        Connected(int life, MessageReceiver receiver, SnapshotSource states, SnapshotSink sink) {
            this.life = life;
            this.receiver = receiver;
            this.states = states;
            this.sink = sink;
        }
    }

    private final Timeline time;
    private final RandomGenerator random;
    private final SimulationOptions options;
    private final Map<Long, Integer> placeOfMember = new TreeMap<>();
    private final Place[] places;
    private final @Nullable Connected[] connected;
    private final boolean[][] cut;
    private final long[][] lastArrival;
    private final Set<Long> snapshotsUnderWay = new HashSet<>();
    private boolean isFaulty = true;
    private int snapshots;

    SimulatedNetwork(Timeline time, SimulationOptions options, Place[] places, List<Long> members) {
        this.time = time;
        this.options = options;
        this.random = SimulationOptions.generator(options.seed(), 1);
        this.places = places;
        this.connected = new Connected[places.length];
        this.cut = new boolean[places.length][places.length];
        this.lastArrival = new long[places.length][places.length];
        for (int i = 0; i < members.size(); i++) {
            placeOfMember.put(members.get(i), i);
        }
    }

    /** Databases that arrived. */
    int snapshots() {
        return snapshots;
    }

    /** From now on everything arrives, once and in order. */
    void heal() {
        isFaulty = false;
        for (boolean[] row : cut) {
            java.util.Arrays.fill(row, false);
        }
    }

    /** Cuts or mends one direction between two places. */
    void setCut(int from, int to, boolean isCut) {
        cut[from][to] = isCut;
    }

    PeerTransport connect(
            int place, MessageReceiver receiver, SnapshotSource states, SnapshotSink sink) {
        Connected end = new Connected(places[place].life(), receiver, states, sink);
        connected[place] = end;
        return new PeerTransport() {
            @Override
            public void send(List<Message> messages) {
                for (Message message : messages) {
                    Integer to = placeOfMember.get(message.to());
                    if (to != null && connected[place] == end) {
                        dispatch(place, to, message, end);
                    }
                }
            }

            @Override
            public void setMembers(ClusterView view) {}

            @Override
            public OptionalLong connectedSinceNanos(long memberId) {
                return OptionalLong.of(0);
            }
        };
    }

    private void dispatch(int from, int to, Message message, Connected sender) {
        if (message.type() == MessageType.SNAP) {
            sendSnapshot(from, to, message, sender);
            return;
        }
        if (cut[from][to] || (isFaulty && random.nextDouble() < options.loss())) {
            if (random.nextInt(4) == 0) {
                places[from].run(sender.life, () -> sender.receiver.unreachable(message.to()));
            }
            return;
        }
        byte[] encoded = message.toBytes(WireForm.V3_7);
        send(from, to, encoded);
        if (isFaulty
                && message.type() != MessageType.PROP
                && random.nextDouble() < options.doubling()) {
            send(from, to, encoded);
        }
    }

    private void send(int from, int to, byte[] encoded) {
        long arrival = time.now() + delay();
        if (!isFaulty || random.nextDouble() >= options.reordering()) {
            arrival = Math.max(arrival, lastArrival[from][to] + 1);
            lastArrival[from][to] = arrival;
        }
        time.after(arrival - time.now(), () -> arrive(from, to, encoded));
    }

    private long delay() {
        double mean = isFaulty ? options.delayNanos() : 100_000.0;
        long tail = random.nextInt(50) == 0 ? 10 : 1;
        return (long) (mean * (0.5 + random.nextDouble()) * tail);
    }

    private void arrive(int from, int to, byte[] encoded) {
        Connected end = connected[to];
        if (end == null || cut[from][to]) {
            return;
        }
        Message message = decode(encoded);
        time.fact(
                message.type().name().hashCode() * 64L + from * 8L + to,
                message.term(),
                message.index());
        places[to].run(end.life, () -> require(end.receiver.receive(List.of(message), () -> {})));
    }

    private static void require(boolean isTaken) {
        if (!isTaken) {
            throw new Violation("bounded", "the raft loop's inbox is full");
        }
    }

    private static Message decode(byte[] encoded) {
        try {
            return Message.decode(encoded, 0, encoded.length);
        } catch (RaftDecodeException e) {
            throw new Violation("wire form", e);
        }
    }

    private void sendSnapshot(int from, int to, Message message, Connected sender) {
        long pair = from * 64L + to;
        if (!snapshotsUnderWay.add(pair)) {
            return;
        }
        time.after(
                delay(),
                () -> {
                    if (connected[from] != sender) {
                        snapshotsUnderWay.remove(pair);
                        return;
                    }
                    places[from].run(sender.life, () -> pin(from, to, message, sender));
                });
    }

    private void pin(int from, int to, Message message, Connected sender) throws IOException {
        ByteArrayOutputStream database = new ByteArrayOutputStream();
        Message merged;
        try (SnapshotSource.PinnedSnapshot pinned = sender.states.pin(message)) {
            pinned.writeTo(Channels.newChannel(database));
            merged = pinned.message();
        }
        byte[] head = merged.toBytes(WireForm.V3_7);
        byte[] body = database.toByteArray();
        boolean isLost = isFaulty && random.nextDouble() < Math.min(0.5, 3 * options.loss() + 0.05);
        long transfer = delay() + body.length / BYTES_PER_MICRO * SimulationOptions.MICRO;
        time.after(
                transfer,
                () -> {
                    boolean isKept = !isLost && !cut[from][to] && receiveSnapshot(to, head, body);
                    time.after(delay(), () -> snapshotEnded(from, to, sender, isKept));
                });
    }

    private void snapshotEnded(int from, int to, Connected sender, boolean isKept) {
        snapshotsUnderWay.remove(from * 64L + to);
        long member = memberAt(to);
        places[from].run(
                sender.life,
                () -> {
                    if (!isKept) {
                        sender.receiver.unreachable(member);
                    }
                    sender.receiver.snapshotSent(member, isKept);
                });
    }

    private long memberAt(int place) {
        return placeOfMember.entrySet().stream()
                .filter(entry -> entry.getValue() == place)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private boolean receiveSnapshot(int to, byte[] head, byte[] body) {
        Connected end = connected[to];
        if (end == null) {
            return false;
        }
        Message message = decode(head);
        Snapshot snapshot = message.snapshot();
        if (snapshot == null) {
            throw new Violation("snapshot", "a message without one");
        }
        boolean[] isTaken = new boolean[1];
        places[to].run(
                end.life,
                () -> {
                    IncomingDatabase incoming = end.sink.begin(snapshot.metadata());
                    try {
                        incoming.write(ByteBuffer.wrap(body));
                        incoming.keep();
                    } catch (IOException e) {
                        incoming.discard();
                        return;
                    }
                    snapshots++;
                    time.tell(() ->
                            "member %d: database of snapshot %d received"
                                    .formatted(to, snapshot.index()));
                    isTaken[0] = end.receiver.receive(List.of(message), () -> {});
                });
        return isTaken[0];
    }

    /** A member has ended: what is on its way to this life of it is lost. */
    void disconnect(int place) {
        connected[place] = null;
        snapshotsUnderWay.removeIf(pair -> pair / 64 == place);
    }
}
