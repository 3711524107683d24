package dev.plinth.raft;

import java.util.List;

/**
 * The configuration as snapshots and the log's snapshot records hold it.
 *
 * @param voters voters, in a joint configuration those of the incoming half
 * @param learners members that follow without a vote
 * @param votersOutgoing voters of the outgoing half; empty when not joint
 * @param learnersNext voters of the outgoing half that become learners when the joint configuration
 *     is left
 * @param autoLeave whether the leader leaves the joint configuration by itself
 * @param autoLeavePresent whether {@code autoLeave} is written out even when it is false
 */
public record ConfState(
        List<Long> voters,
        List<Long> learners,
        List<Long> votersOutgoing,
        List<Long> learnersNext,
        boolean autoLeave,
        boolean autoLeavePresent) {
    /** Nobody; {@code autoLeave} absent. */
    public static final ConfState EMPTY =
            new ConfState(List.of(), List.of(), List.of(), List.of(), false, false);

    public ConfState {
        voters = List.copyOf(voters);
        learners = List.copyOf(learners);
        votersOutgoing = List.copyOf(votersOutgoing);
        learnersNext = List.copyOf(learnersNext);
        autoLeavePresent |= autoLeave;
    }

    /** A configuration that is not joint; {@code autoLeave} absent. */
    public static ConfState of(List<Long> voters, List<Long> learners) {
        return new ConfState(voters, learners, List.of(), List.of(), false, false);
    }

    /** Same sets and same {@code autoLeave}; order and presence do not count. */
    public boolean isEquivalentTo(ConfState other) {
        return sorted(voters).equals(sorted(other.voters))
                && sorted(learners).equals(sorted(other.learners))
                && sorted(votersOutgoing).equals(sorted(other.votersOutgoing))
                && sorted(learnersNext).equals(sorted(other.learnersNext))
                && autoLeave == other.autoLeave;
    }

    private static List<Long> sorted(List<Long> ids) {
        return ids.stream().sorted(Long::compareUnsigned).toList();
    }

    public int encodedSize(WireForm form) {
        return idsSize(voters)
                + idsSize(learners)
                + idsSize(votersOutgoing)
                + idsSize(learnersNext)
                + (writesAutoLeave(form) ? 2 : 0);
    }

    private boolean writesAutoLeave(WireForm form) {
        return form == WireForm.V3_5 || autoLeavePresent;
    }

    private static int idsSize(List<Long> ids) {
        int size = 0;
        for (long id : ids) {
            size += Wire.fieldSize(id);
        }
        return size;
    }

    /**
     * Writes the encoding.
     *
     * @return the position after the encoding
     */
    public int writeTo(byte[] dst, int pos, WireForm form) {
        pos = putIds(dst, pos, 1, voters);
        pos = putIds(dst, pos, 2, learners);
        pos = putIds(dst, pos, 3, votersOutgoing);
        pos = putIds(dst, pos, 4, learnersNext);
        if (writesAutoLeave(form)) {
            pos = Wire.putField(dst, pos, 5, autoLeave ? 1 : 0);
        }
        return pos;
    }

    private static int putIds(byte[] dst, int pos, int field, List<Long> ids) {
        for (long id : ids) {
            pos = Wire.putField(dst, pos, field, id);
        }
        return pos;
    }

    public byte[] toBytes(WireForm form) {
        byte[] encoding = new byte[encodedSize(form)];
        writeTo(encoding, 0, form);
        return encoding;
    }

    /**
     * Decodes what {@code toBytes} writes, in either form.
     *
     * @throws RaftDecodeException when the bytes are not a configuration
     */
    public static ConfState decode(byte[] array, int offset, int length)
            throws RaftDecodeException {
        return decode(new WireReader(array, offset, length, "raftpb.ConfState"));
    }

    static ConfState decode(WireReader in) throws RaftDecodeException {
        long[] voters = {};
        long[] learners = {};
        long[] votersOutgoing = {};
        long[] learnersNext = {};
        boolean autoLeave = false;
        boolean autoLeavePresent = false;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> voters = in.repeated(voters);
                case 2 -> learners = in.repeated(learners);
                case 3 -> votersOutgoing = in.repeated(votersOutgoing);
                case 4 -> learnersNext = in.repeated(learnersNext);
                case 5 -> {
                    autoLeave = in.bool();
                    autoLeavePresent = true;
                }
                default -> in.skip();
            }
        }
        return new ConfState(
                boxed(voters),
                boxed(learners),
                boxed(votersOutgoing),
                boxed(learnersNext),
                autoLeave,
                autoLeavePresent);
    }

    private static List<Long> boxed(long[] ids) {
        return java.util.Arrays.stream(ids).boxed().toList();
    }
}
