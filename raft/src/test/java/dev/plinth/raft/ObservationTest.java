package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Trace and metrics hooks on a small cluster, and the quoting of opaque bytes in log lines. */
class ObservationTest {
    /** Counts what it is told. */
    private static final class Counts implements RaftMetrics {
        final Map<String, Long> seen = new LinkedHashMap<>();

        private void count(String what) {
            seen.merge(what, 1L, Long::sum);
        }

        @Override
        public void roleTaken(Role role, long term) {
            count("role " + role);
        }

        @Override
        public void campaignStarted(long term, boolean preVote) {
            count(preVote ? "pre-vote" : "vote");
        }

        @Override
        public void proposalsDropped(int entries) {
            count("dropped");
        }

        @Override
        public void committed(long from, long to) {
            count("committed");
        }

        @Override
        public void readsConfirmed(int number) {
            count("reads");
        }
    }

    private final List<String> trace = new ArrayList<>();
    private final Set<TraceEvent.Name> names = EnumSet.noneOf(TraceEvent.Name.class);
    private final Counts counts = new Counts();
    private final Map<Long, RawNode> nodes = new LinkedHashMap<>();
    private final Map<Long, MemoryStorage> storages = new LinkedHashMap<>();

    private void start(long id, List<Long> voters) throws StorageException {
        MemoryStorage storage = new MemoryStorage();
        if (!voters.isEmpty()) {
            storage.applySnapshot(
                    new Snapshot(
                            null, new SnapshotMetadata(ConfState.of(voters, List.of()), 1, 1)));
            storage.setHardState(new HardState(1, 0, 1));
        }
        storages.put(id, storage);
        nodes.put(
                id,
                new RawNode(
                        RaftConfig.of(id, storage, new SplittableRandom(id))
                                .preVote(true)
                                .metrics(counts)
                                .tracer(event -> {
                                    names.add(event.name());
                                    trace.add(event.toJson());
                                })
                                .build()));
    }

    private void settle() throws RaftException, StorageException {
        boolean busy = true;
        while (busy) {
            busy = false;
            List<Message> sent = new ArrayList<>();
            for (Map.Entry<Long, RawNode> e : nodes.entrySet()) {
                MemoryStorage storage = storages.getOrDefault(e.getKey(), new MemoryStorage());
                while (e.getValue().hasReady()) {
                    sent.addAll(work(e.getValue(), storage, e.getValue().ready()));
                    busy = true;
                }
            }
            for (Message m : sent) {
                RawNode to = nodes.get(m.to());
                if (to != null) {
                    to.step(m);
                }
            }
        }
    }

    private static List<Message> work(RawNode node, MemoryStorage storage, Ready ready)
            throws StorageException {
        if (ready.snapshot() != null) {
            storage.applySnapshot(ready.snapshot());
        }
        storage.append(ready.entries());
        if (ready.hardState() != null) {
            storage.setHardState(ready.hardState());
        }
        for (Entry entry : ready.committedEntries()) {
            if (entry.type() != EntryType.NORMAL) {
                ConfState conf = node.applyConfChange(entry.index(), Describe.change(entry));
                storage.createSnapshot(entry.index(), conf, null);
                storage.compact(entry.index());
            }
        }
        node.advance();
        return ready.messages();
    }

    @Test
    void everyStepIsTracedInTheModelsWords() throws Exception {
        start(1, List.of(1L, 2L));
        start(2, List.of(1L, 2L));
        RawNode leader = nodes.getOrDefault(1L, new ArrayList<>(nodes.values()).get(0));
        leader.campaign();
        settle();
        leader.propose(new byte[] {1});
        leader.proposeConfChange(ConfChange.of(ConfChangeType.ADD_LEARNER_NODE, 3));
        settle();
        start(3, List.of());
        leader.readIndex(Bytes.utf8("r"));
        for (int i = 0; i < 3; i++) {
            leader.tick();
            settle();
        }
        assertThat(names).containsExactlyInAnyOrder(TraceEvent.Name.values());
        assertThat(trace)
                .anyMatch(l ->
                        l.startsWith(
                                "{\"tag\":\"trace\",\"event\":{\"name\":\"BecomeLeader\","
                                        + "\"nid\":\"1\",\"state\":{\"term\":2,\"vote\":\"1\","
                                        + "\"commit\":1},\"role\":\"StateLeader\",\"log\":1,"
                                        + "\"conf\":[[\"1\",\"2\"],[]]}"))
                .anyMatch(l ->
                        l.contains("\"name\":\"ChangeConf\"")
                                && l.endsWith(
                                        "\"cc\":{\"changes\":[{\"nid\":\"3\",\"action\":"
                                                + "\"AddLearner\"}]}}}"))
                .anyMatch(l ->
                        l.contains("\"name\":\"SendSnapshot\"")
                                && l.contains("\"msg\":{\"type\":\"MsgSnap\",\"term\":2,"));
        assertThat(counts.seen)
                .containsKeys("role StateLeader", "pre-vote", "vote", "committed", "reads");
    }

    @Test
    void changesHaveTheirWordsInTheTrace() {
        List<ConfChangeV2.Single> all = new ArrayList<>();
        for (ConfChangeType type : ConfChangeType.values()) {
            all.add(new ConfChangeV2.Single(type, 4));
        }
        TraceEvent event =
                new TraceEvent(
                        TraceEvent.Name.CHANGE_CONF,
                        1,
                        HardState.EMPTY,
                        Role.LEADER,
                        0,
                        List.of(),
                        List.of(-1L),
                        Message.of(MessageType.APP).entries(List.of(Entry.empty())).build(),
                        new ConfChangeV2(ConfChangeTransition.AUTO, all, null));
        assertThat(event.toJson())
                .contains("AddNewServer", "RemoveServer", "AddLearner", "UpdateServer")
                .contains("\"conf\":[[],[\"18446744073709551615\"]]")
                .contains("\"entries\":1,");
    }

    private static String quoted(int... bytes) {
        byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return Quoted.text(Bytes.wrap(array));
    }

    @Test
    void opaqueBytesAreQuoted() {
        assertThat(Quoted.text(Bytes.utf8("a\"\\\n\t\r\b\f\u0007\u000b")))
                .isEqualTo("\"a\\\"\\\\\\n\\t\\r\\b\\f\\a\\v\"");
        assertThat(Quoted.text(Bytes.utf8("é漢😀 \u00a0\u200b\u007f\u0001")))
                .isEqualTo("\"é漢😀 \\u00a0\\u200b\\x7f\\x01\"");
        assertThat(Quoted.text(Bytes.utf8(new String(Character.toChars(0xe0001)))))
                .isEqualTo("\"\\U000e0001\"");
        assertThat(quoted(0xff, 0xc0, 0x80, 0xe0, 0x80, 0x80, 0xed, 0xa0, 0x80, 0xf5, 0xc3))
                .isEqualTo("\"\\xff\\xc0\\x80\\xe0\\x80\\x80\\xed\\xa0\\x80\\xf5\\xc3\"");
        assertThat(quoted(0xf0, 0x80, 0x80, 0x80, 0xc3, 0x41))
                .isEqualTo("\"\\xf0\\x80\\x80\\x80\\xc3A\"");
    }

    @Test
    void valuesShowWhatTheyAre() {
        Bytes bytes = Bytes.wrap(new byte[] {1, 2, 3}, 1, 2);
        assertThat(bytes).isEqualTo(Bytes.wrap(new byte[] {2, 3})).isNotEqualTo(Bytes.EMPTY);
        assertThat(bytes.hashCode()).isEqualTo(Bytes.wrap(new byte[] {2, 3}).hashCode());
        assertThat(bytes.toString()).isEqualTo("Bytes[2]");
        assertThat(bytes.segment().byteSize()).isEqualTo(2);
        Entry entry = Entry.of(1, 2, EntryType.CONF_CHANGE_V2, null);
        assertThat(entry.toString()).isEqualTo("1/2 EntryConfChangeV2 0 bytes");
        assertThat(entry.hasType()).isTrue();
        assertThat(entry.hasData()).isFalse();
        assertThat(entry).isEqualTo(Entry.of(1, 2, EntryType.CONF_CHANGE_V2, Bytes.EMPTY));
        assertThat(entry.hashCode()).isEqualTo(Entry.of(1, 2, EntryType.NORMAL, null).hashCode());
        assertThat(Entry.proposal(new byte[] {1, 2, 3}, 1, 1).data().toArray()).containsExactly(2);
        Message m =
                Message.of(MessageType.SNAP)
                        .from(1)
                        .to(0xa)
                        .reject(true)
                        .entries(List.of(entry))
                        .snapshot(new Snapshot(null, new SnapshotMetadata(ConfState.EMPTY, 3, 1)))
                        .build();
        assertThat(m.toString())
                .isEqualTo(
                        "1->a MsgSnap term:0 log:0/0 commit:0 reject hint:0 entries:1"
                                + " snapshot:3");
        assertThat(MessageType.SNAP.number()).isEqualTo(7);
    }

    @Test
    void windowFillsByCountAndByBytes() {
        Inflights byCount = new Inflights(20, 0);
        for (int i = 1; i <= 20; i++) {
            byCount.add(i, 10);
            if (i == 6) {
                byCount.freeUpTo(3);
                assertThat(byCount.count()).isEqualTo(3);
            }
        }
        assertThat(byCount.isFull()).isFalse();
        for (int i = 21; i <= 23; i++) {
            byCount.add(i, 10);
        }
        assertThat(byCount.isFull()).isTrue();
        assertThat(byCount.size()).isEqualTo(200);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> byCount.add(24, 1))
                .isInstanceOf(RaftFatalError.class);
        byCount.freeUpTo(23);
        assertThat(byCount.size()).isZero();
        Inflights byBytes = new Inflights(20, 15);
        byBytes.add(1, 10);
        assertThat(byBytes.isFull()).isFalse();
        byBytes.add(2, 10);
        assertThat(byBytes.isFull()).isTrue();
        byBytes.reset();
        assertThat(byBytes.isFull()).isFalse();
    }
}
