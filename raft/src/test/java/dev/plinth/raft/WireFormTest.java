package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The codecs against bytes that the real programs wrote, and against hostile ones. */
class WireFormTest {
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    private static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    @Test
    void entryTypeIsWrittenAsTheReleaseDoes() {
        assertThat(hex(Entry.of(2, 2, EntryType.NORMAL, null, WireForm.V3_5).toBytes()))
                .isEqualTo("08 00 10 02 18 02");
        assertThat(hex(Entry.of(2, 2, EntryType.NORMAL, null, WireForm.V3_7).toBytes()))
                .isEqualTo("10 02 18 02");
        assertThat(hex(Entry.of(1, 1, EntryType.CONF_CHANGE, Bytes.utf8("x")).toBytes()))
                .isEqualTo("08 01 10 01 18 01 22 01 78");
    }

    @Test
    void entryIsWrittenAsItWasReceived() throws RaftDecodeException {
        for (String received :
                List.of("08 00 10 02 18 05 22 01 61", "10 02 18 05 22 00", "18 05 10 02 38 07")) {
            byte[] bytes = HEX.parseHex(received);
            Entry entry = Entry.decode(bytes, 0, bytes.length);
            assertThat(hex(entry.toBytes())).isEqualTo(received);
            assertThat(entry.encodedSize()).isEqualTo(bytes.length);
            assertThat(entry.term()).isEqualTo(2);
            assertThat(entry.index()).isEqualTo(5);
        }
    }

    @Test
    void placedEntryKeepsItsPayloadArrayAndDropsTheReceivedBytes() throws RaftDecodeException {
        byte[] received = Entry.proposal(new byte[] {1, 2, 3}).toBytes();
        Entry placed = Entry.decode(received, 0, received.length).placedAt(3, 9, WireForm.V3_7);
        assertThat(placed.dataArray()).isSameAs(received);
        assertThat(hex(placed.toBytes())).isEqualTo("10 03 18 09 22 03 01 02 03");
        assertThat(hex(placed.placedAt(3, 9, WireForm.V3_5).toBytes()))
                .isEqualTo("08 00 10 03 18 09 22 03 01 02 03");
    }

    @Test
    void segmentAndArrayEncodingsAreEqual() throws RaftDecodeException {
        Entry made = Entry.of(7, 300, EntryType.NORMAL, Bytes.utf8("payload"));
        byte[] received = made.toBytes();
        for (Entry entry : List.of(made, Entry.decode(received, 0, received.length))) {
            byte[] target = new byte[entry.encodedSize() + 3];
            long end =
                    entry.writeTo(
                            MemorySegment.ofArray(target), 3, new byte[Entry.HEADER_SIZE_MAX]);
            assertThat(end).isEqualTo(target.length);
            assertThat(MemorySegment.ofArray(target).asSlice(3).toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(received);
        }
    }

    @Test
    void hardStateWritesAllFields() throws RaftDecodeException {
        byte[] bytes = new HardState(1, 0, 1).toBytes();
        assertThat(hex(bytes)).isEqualTo("08 01 10 00 18 01");
        assertThat(HardState.decode(bytes, 0, bytes.length)).isEqualTo(new HardState(1, 0, 1));
    }

    @Test
    void emptySnapshotOf35() {
        assertThat(hex(Snapshot.EMPTY.toBytes(WireForm.V3_5)))
                .isEqualTo("12 08 0a 02 28 00 10 00 18 00");
    }

    @Test
    void linkHeartbeatOf35() {
        Message heartbeat = Message.of(MessageType.HEARTBEAT).build();
        assertThat(hex(heartbeat.toBytes(WireForm.V3_5)))
                .isEqualTo(
                        "08 08 10 00 18 00 20 00 28 00 30 00 40 00 4a 0a 12 08 0a 02 28 00 10 00"
                                + " 18 00 50 00 58 00");
        assertThat(hex(heartbeat.toBytes(WireForm.V3_7))).isEqualTo("08 08");
    }

    @Test
    void bootstrapChangeHasNoIdIn37() throws RaftDecodeException {
        ConfChange change = ConfChange.of(ConfChangeType.ADD_NODE, 5);
        assertThat(hex(change.toBytes(WireForm.V3_7))).isEqualTo("10 00 18 05");
        assertThat(hex(change.toBytes(WireForm.V3_5))).isEqualTo("08 00 10 00 18 05");
        assertThat(ConfChange.decode(Bytes.wrap(change.toBytes(WireForm.V3_5)))).isEqualTo(change);
    }

    @Test
    void changesAndSnapshotsComeBackAndUnknownFieldsAreSteppedOver() throws RaftDecodeException {
        ConfChangeV2 change =
                new ConfChangeV2(
                        ConfChangeTransition.JOINT_EXPLICIT,
                        List.of(new ConfChangeV2.Single(ConfChangeType.REMOVE_NODE, 300)),
                        Bytes.utf8("why"));
        Snapshot snapshot =
                new Snapshot(
                        Bytes.utf8("state"),
                        new SnapshotMetadata(ConfState.of(List.of(1L), List.of(2L)), 7, 3));
        for (WireForm form : WireForm.values()) {
            byte[] encoded = change.toBytes(form);
            byte[] unknown = HEX.parseHex("78 05 7a 01 00");
            byte[] longer = java.util.Arrays.copyOf(encoded, encoded.length + unknown.length);
            System.arraycopy(unknown, 0, longer, encoded.length, unknown.length);
            assertThat(ConfChangeV2.decode(Bytes.wrap(longer))).isEqualTo(change);
            assertThat(ConfChange.decode(Bytes.wrap(unknown)).nodeId()).isZero();
            assertThat(HardState.decode(unknown, 0, unknown.length)).isEqualTo(HardState.EMPTY);
            byte[] bytes = snapshot.toBytes(form);
            Snapshot back = Snapshot.decode(bytes, 0, bytes.length);
            assertThat(back.data()).isEqualTo(snapshot.data());
            assertThat(back.metadata().confState().isEquivalentTo(snapshot.metadata().confState()))
                    .isTrue();
        }
    }

    @Test
    void autoLeavePresenceIsKept() throws RaftDecodeException {
        byte[] voterOne = HEX.parseHex("08 01");
        ConfState absent = ConfState.decode(voterOne, 0, 2);
        assertThat(hex(absent.toBytes(WireForm.V3_7))).isEqualTo("08 01");
        assertThat(hex(absent.toBytes(WireForm.V3_5))).isEqualTo("08 01 28 00");
        byte[] packed = HEX.parseHex("0a 03 01 02 03 28 00");
        ConfState present = ConfState.decode(packed, 0, packed.length);
        assertThat(hex(present.toBytes(WireForm.V3_7))).isEqualTo("08 01 08 02 08 03 28 00");
    }

    @Test
    void randomMessagesComeBackEqualInBothForms() throws RaftDecodeException {
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < 2_000; i++) {
            Message message = RandomMessages.next(random, 1);
            for (WireForm form : WireForm.values()) {
                byte[] bytes = message.toBytes(form);
                assertThat(bytes).hasSize(message.encodedSize(form));
                Message back = Message.decode(bytes, 0, bytes.length);
                assertThat(back.toBytes(form)).isEqualTo(bytes);
                assertThat(gathered(message, form)).isEqualTo(bytes);
                assertThat(gathered(back, form)).isEqualTo(bytes);
            }
        }
    }

    private static byte[] gathered(Message message, WireForm form) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        message.writeTo(
                new GatherSink() {
                    @Override
                    public void copy(byte[] array, int offset, int length) {
                        out.write(array, offset, length);
                    }

                    @Override
                    public void share(byte[] array, int offset, int length) {
                        out.write(array, offset, length);
                    }
                },
                form);
        return out.toByteArray();
    }

    @Test
    void damagedBytesEndInTheTypedExceptionOrInAnotherMessage() {
        SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = RandomMessages.next(random, 1).toBytes(WireForm.V3_7);
            int cut = random.nextInt(bytes.length + 1);
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                Message.decode(bytes, 0, cut).toBytes(WireForm.V3_5);
            } catch (RaftDecodeException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void hostileLengthsAreRefusedBeforeTheyAreUsed() {
        for (String hostile :
                List.of(
                        "22 ff ff ff ff 07",
                        "22 ff ff ff ff ff ff ff ff ff 01",
                        "22 05 01",
                        "10",
                        "10 ff ff ff ff ff ff ff ff ff ff 01",
                        "07 01",
                        "0b",
                        "08 03",
                        "12 00",
                        "29 01",
                        "2d 01")) {
            byte[] bytes = HEX.parseHex(hostile);
            assertThatThrownBy(() -> Entry.decode(bytes, 0, bytes.length))
                    .isInstanceOf(RaftDecodeException.class)
                    .hasMessageContaining(
                            hostile.equals("08 03") ? "entry type 3" : "raftpb.Entry");
        }
    }

    @Test
    void responsesNestedWithoutEndAreRefused() {
        Message message = Message.of(MessageType.APP_RESP).build();
        for (int depth = 0; depth < 3; depth++) {
            message = Message.of(MessageType.STORAGE_APPEND).responses(List.of(message)).build();
        }
        byte[] bytes = message.toBytes(WireForm.V3_7);
        assertThatThrownBy(() -> Message.decode(bytes, 0, bytes.length))
                .isInstanceOf(RaftDecodeException.class)
                .hasMessageContaining("nested");
    }

    @Test
    void unknownNumbersOfEnumsAreRefused() {
        assertThatThrownBy(() -> MessageType.ofNumber(24)).isInstanceOf(RaftDecodeException.class);
        assertThatThrownBy(() -> ConfChangeType.ofNumber(-1))
                .isInstanceOf(RaftDecodeException.class);
        assertThatThrownBy(() -> ConfChangeTransition.ofNumber(3))
                .isInstanceOf(RaftDecodeException.class);
    }
}
