package dev.plinth.raft;

import dev.plinth.raft.quorum.JointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Linearizable reads that wait for proof that the leader still is one. Each read has a position in
 * the order of their coming; every heartbeat carries the position of the last one, members echo it,
 * and what a quorum has echoed confirms all reads up to it. Positions never repeat within a term,
 * so an old echo cannot confirm a newer read.
 */
final class ReadOnly {
    /** A read and the commit index at its coming. */
    record Pending(long index, Message request) {}

    private final List<Pending> unconfirmed = new ArrayList<>();
    private long confirmedCount;
    private long[] ackIds = {};
    private long[] acks = {};
    private final LongUnaryOperator acked = this::ackedBy;

    void reset() {
        unconfirmed.clear();
        confirmedCount = 0;
        ackIds = new long[0];
        acks = new long[0];
    }

    void add(long index, Message request) {
        unconfirmed.add(new Pending(index, request));
    }

    /** Position of the last read that came. */
    long position() {
        return confirmedCount + unconfirmed.size();
    }

    /**
     * What heartbeats carry: the position in eight bytes, little-endian; nothing when no read
     * waits.
     */
    Bytes heartbeatContext() {
        if (unconfirmed.isEmpty()) {
            return Bytes.EMPTY;
        }
        byte[] context = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            context[i] = (byte) (position() >>> (8 * i));
        }
        return Bytes.wrap(context);
    }

    /** The position in an echo; 0, which confirms nothing, when it is not one. */
    static long positionIn(Bytes context) {
        if (context.length() != Long.BYTES) {
            return 0;
        }
        long position = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            position |= (context.get(i) & 0xffL) << (8 * i);
        }
        return position;
    }

    void recordAck(long id, long position) {
        for (int i = 0; i < ackIds.length; i++) {
            if (ackIds[i] == id) {
                acks[i] = U64.max(acks[i], position);
                return;
            }
        }
        ackIds = java.util.Arrays.copyOf(ackIds, ackIds.length + 1);
        acks = java.util.Arrays.copyOf(acks, acks.length + 1);
        ackIds[ackIds.length - 1] = id;
        acks[acks.length - 1] = position;
    }

    private long ackedBy(long id) {
        for (int i = 0; i < ackIds.length; i++) {
            if (ackIds[i] == id) {
                return acks[i];
            }
        }
        return 0;
    }

    /** Takes out the reads that a quorum has confirmed, in the order of their coming. */
    List<Pending> takeConfirmed(JointConfig voters) {
        long confirmed = U64.min(voters.committedIndex(acked), position());
        if (U64.le(confirmed, confirmedCount)) {
            return List.of();
        }
        List<Pending> head = unconfirmed.subList(0, (int) (confirmed - confirmedCount));
        List<Pending> taken = List.copyOf(head);
        head.clear();
        confirmedCount = confirmed;
        return taken;
    }
}
