package dev.plinth.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first form of a configuration change: one member, no joint configuration.
 *
 * @param id the application's own id of the change, 0 when it has none
 * @param type what to do with the member
 * @param nodeId the member; 0 makes the change one without effect, which is how an application
 *     refuses a committed one
 * @param context opaque to consensus; null when absent
 */
public record ConfChange(long id, ConfChangeType type, long nodeId, @Nullable Bytes context) {
    /** A change without id and context. */
    public static ConfChange of(ConfChangeType type, long nodeId) {
        return new ConfChange(0, type, nodeId, null);
    }

    public ConfChangeV2 asV2() {
        return new ConfChangeV2(
                ConfChangeTransition.AUTO, List.of(new ConfChangeV2.Single(type, nodeId)), context);
    }

    private boolean writesId(WireForm form) {
        return form == WireForm.V3_5 || id != 0;
    }

    public byte[] toBytes(WireForm form) {
        int size = (writesId(form) ? Wire.fieldSize(id) : 0) + 2 + Wire.fieldSize(nodeId);
        if (context != null) {
            size += Wire.lengthDelimitedSize(context.length());
        }
        byte[] dst = new byte[size];
        int pos = writesId(form) ? Wire.putField(dst, 0, 1, id) : 0;
        pos = Wire.putField(dst, pos, 2, type.number());
        pos = Wire.putField(dst, pos, 3, nodeId);
        if (context != null) {
            Wire.putBytes(dst, pos, 4, context);
        }
        return dst;
    }

    public static ConfChange decode(Bytes encoding) throws RaftDecodeException {
        return decode(encoding.array(), encoding.offset(), encoding.length());
    }

    /**
     * Decodes what {@code toBytes} writes, in either form.
     *
     * @throws RaftDecodeException when the bytes are not a configuration change
     */
    public static ConfChange decode(byte[] array, int offset, int length)
            throws RaftDecodeException {
        WireReader in = new WireReader(array, offset, length, "raftpb.ConfChange");
        long id = 0;
        ConfChangeType type = ConfChangeType.ADD_NODE;
        long nodeId = 0;
        Bytes context = null;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> id = in.number();
                case 2 -> type = ConfChangeType.ofNumber(in.number());
                case 3 -> nodeId = in.number();
                case 4 -> context = in.bytes();
                default -> in.skip();
            }
        }
        return new ConfChange(id, type, nodeId, context);
    }
}
