package dev.plinth.server.peer;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.Entry;
import dev.plinth.raft.Message;
import dev.plinth.raft.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The frames of the append stream (msgapp v2). The kind is one byte, all other integers have 8
 * bytes, big endian.
 *
 * <pre>
 * 0                                                    link heartbeat
 * 1 | count | count times ( length | entry ) | commit  append that follows on the last one
 * 2 | length | raftpb.Message                          any append
 * </pre>
 *
 * <p>Both ends keep the term and the index that the last frame ended at; a frame of kind 1 leaves
 * them out. Source: peer-protocol.md 4.4.
 */
final class AppendEncoder implements StreamEncoder {
    static final int LINK_HEARTBEAT = 0;
    static final int FOLLOWING = 1;
    static final int WHOLE = 2;

    private final WireForm form;
    private final byte[] header = new byte[Entry.HEADER_SIZE_MAX];
    private long term;
    private long index;

    AppendEncoder(WireForm form) {
        this.form = form;
    }

    @Override
    public void encode(Message message, ByteBuf out) {
        boolean isFollowing =
                index == message.index()
                        && term == message.logTerm()
                        && message.logTerm() == message.term();
        if (isFollowing) {
            encodeFollowing(message, out);
            return;
        }
        out.writeByte(WHOLE);
        out.writeLong(message.encodedSize(form));
        message.writeTo(new BufferSink(out), form);
        term = message.term();
        index = message.index() + message.entries().size();
    }

    private void encodeFollowing(Message message, ByteBuf out) {
        List<Entry> entries = message.entries();
        out.writeByte(FOLLOWING);
        out.writeLong(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            out.writeLong(entry.encodedSize());
            if (entry.isContiguous()) {
                Bytes encoded = entry.encoded();
                out.writeBytes(encoded.array(), encoded.offset(), encoded.length());
            } else {
                out.writeBytes(header, 0, entry.writeHeader(header, 0));
                if (entry.dataLength() > 0) {
                    out.writeBytes(entry.dataArray(), entry.dataOffset(), entry.dataLength());
                }
            }
        }
        out.writeLong(message.commit());
        index += entries.size();
    }

    @Override
    public void encodeLinkHeartbeat(ByteBuf out) {
        out.writeByte(LINK_HEARTBEAT);
    }
}
