package dev.plinth.raft;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The second form of a configuration change: any number of members at once, through a joint
 * configuration where needed. The empty change (automatic transition, no changes) leaves a joint
 * configuration.
 *
 * @param transition how to go over
 * @param changes applied in order
 * @param context opaque to consensus; null when absent
 */
public record ConfChangeV2(
        ConfChangeTransition transition, List<Single> changes, @Nullable Bytes context) {
    /** Leaves a joint configuration. */
    public static final ConfChangeV2 LEAVE_JOINT =
            new ConfChangeV2(ConfChangeTransition.AUTO, List.of(), null);

    public ConfChangeV2 {
        changes = List.copyOf(changes);
    }

    /**
     * One step of a change.
     *
     * @param nodeId the member; 0 makes the step one without effect
     */
    public record Single(ConfChangeType type, long nodeId) {}

    /** Whether it asks to leave a joint configuration; a context does not matter. */
    boolean leavesJoint() {
        return transition == ConfChangeTransition.AUTO && changes.isEmpty();
    }

    /** Whether it goes through a joint configuration. */
    boolean entersJoint() {
        return transition != ConfChangeTransition.AUTO || changes.size() > 1;
    }

    /** Whether the leader is to leave the joint configuration by itself. */
    boolean leavesAutomatically() {
        return transition != ConfChangeTransition.JOINT_EXPLICIT;
    }

    private boolean writesTransition(WireForm form) {
        return form == WireForm.V3_5 || transition != ConfChangeTransition.AUTO;
    }

    public byte[] toBytes(WireForm form) {
        int size = writesTransition(form) ? 2 : 0;
        for (Single change : changes) {
            size += Wire.lengthDelimitedSize(2 + Wire.fieldSize(change.nodeId));
        }
        if (context != null) {
            size += Wire.lengthDelimitedSize(context.length());
        }
        byte[] dst = new byte[size];
        int pos = writesTransition(form) ? Wire.putField(dst, 0, 1, transition.number()) : 0;
        for (Single change : changes) {
            pos = Wire.putLength(dst, pos, 2, 2 + Wire.fieldSize(change.nodeId));
            pos = Wire.putField(dst, pos, 1, change.type.number());
            pos = Wire.putField(dst, pos, 2, change.nodeId);
        }
        if (context != null) {
            Wire.putBytes(dst, pos, 3, context);
        }
        return dst;
    }

    public static ConfChangeV2 decode(Bytes encoding) throws RaftDecodeException {
        return decode(encoding.array(), encoding.offset(), encoding.length());
    }

    /**
     * Decodes what {@code toBytes} writes, in either form.
     *
     * @throws RaftDecodeException when the bytes are not a configuration change
     */
    public static ConfChangeV2 decode(byte[] array, int offset, int length)
            throws RaftDecodeException {
        WireReader in = new WireReader(array, offset, length, "raftpb.ConfChangeV2");
        ConfChangeTransition transition = ConfChangeTransition.AUTO;
        List<Single> changes = new ArrayList<>();
        Bytes context = null;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> transition = ConfChangeTransition.ofNumber(in.number());
                case 2 -> changes.add(decodeSingle(in.message("raftpb.ConfChangeSingle")));
                case 3 -> context = in.bytes();
                default -> in.skip();
            }
        }
        return new ConfChangeV2(transition, changes, context);
    }

    private static Single decodeSingle(WireReader in) throws RaftDecodeException {
        ConfChangeType type = ConfChangeType.ADD_NODE;
        long nodeId = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> type = ConfChangeType.ofNumber(in.number());
                case 2 -> nodeId = in.number();
                default -> in.skip();
            }
        }
        return new Single(type, nodeId);
    }
}
