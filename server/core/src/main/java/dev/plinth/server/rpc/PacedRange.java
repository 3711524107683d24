package dev.plinth.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeRequest.SortOrder;
import dev.plinth.api.etcdserverpb.RangeRequest.SortTarget;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import dev.plinth.server.apply.RangeBody;
import dev.plinth.server.apply.RangeQueries;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;

/**
 * The body of a long range, read again piece by piece while it is being sent, at the receiver's
 * pace.
 *
 * <p>Its size was found by a first pass, which gRPC needs in front of a message. What a range holds
 * at a revision does not change, so each piece opens a view of its own: a slow receiver pins
 * nothing. A compaction that passes the revision ends the call.
 *
 * <p>Pieces are made in turns, one list after the other: however many lists are asked for, they
 * leave processors to those who wait for less.
 *
 * <p>Holds one piece at a time: {@value #PIECE_KEYS} keys or {@value #PIECE_BYTES} bytes, of which
 * the last pair may be the larger part, and what gRPC's frames take.
 */
final class PacedRange implements ResponseBody {
    /** Shorter answers are held as a whole. */
    static final int BODY_BYTES_MIN = 1 << 20;

    /** What it holds at once. */
    static final int HELD_BYTES = 3 << 20;

    private static final int PIECE_KEYS = 256;
    private static final int PIECE_BYTES = 512 << 10;
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final KeyValueStore store;
    private final RangeRequest request;
    private final long revision;
    private final ResponseBody tail;
    private final int size;
    private final int pairs;
    private final Pace pace;
    private final Semaphore turns;
    private final MemoryBudget memory;

    /**
     * @param whole the answer as the first pass found it; its pairs are not looked at again
     * @param result of the first pass
     */
    PacedRange(
            ServiceContext context,
            RangeRequest request,
            RangeResult result,
            RangeBody whole,
            Pace pace) {
        this.store = context.store();
        this.turns = context.listTurns();
        this.memory = context.memory();
        this.request = request;
        this.revision = request.getRevision() > 0 ? request.getRevision() : result.revision();
        this.tail = whole.tail();
        this.size = whole.size();
        this.pairs = result.size();
        this.pace = pace;
    }

    /** Whether the answer lies in the order of keys, so that it can be read in pieces. */
    static boolean suits(RangeRequest request, RangeBody body) {
        return body.size() >= BODY_BYTES_MIN
                && request.getMinModRevision() == 0
                && request.getMaxModRevision() == 0
                && request.getMinCreateRevision() == 0
                && request.getMaxCreateRevision() == 0
                && request.getSortTarget() == SortTarget.KEY
                && request.getSortOrder() != SortOrder.DESCEND;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
        write(out, pace);
    }

    /** Writes it at another pace than the call's, which may have ended. */
    void writeTo(CodedOutputStream out, Pace receiver) throws IOException {
        memory.chargeAlways(Use.READS, HELD_BYTES);
        try {
            write(out, receiver);
        } finally {
            memory.release(Use.READS, HELD_BYTES);
        }
    }

    private void write(CodedOutputStream out, Pace receiver) throws IOException {
        ByteString key = request.getKey();
        int left = pairs;
        while (left > 0) {
            out.flush();
            awaitTurn(receiver);
            try (ReadView view = store.read()) {
                RangeResult piece =
                        view.piece(
                                RangeQueries.of(
                                        request, key, Math.min(left, PIECE_KEYS), revision));
                if (piece.size() == 0) {
                    throw new IOException("a range has changed at revision " + revision);
                }
                int written = RangeBody.writePairs(piece, PIECE_BYTES, out);
                left -= written;
                key = UnsafeByteOperations.unsafeWrap(piece.key(written - 1)).concat(ZERO);
            } catch (MvccException compacted) {
                throw new IOException("compacted while it was being sent", compacted);
            } finally {
                turns.release();
            }
        }
        tail.writeTo(out);
    }

    /** Waits for the receiver first, so that a slow one takes no turn. */
    private void awaitTurn(Pace receiver) throws IOException {
        try {
            if (!receiver.awaitRoom()) {
                throw new IOException("the receiver has gone away");
            }
            turns.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server stops");
        }
    }
}
