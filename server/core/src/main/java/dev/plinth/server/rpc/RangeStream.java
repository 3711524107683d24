package dev.plinth.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeStreamResponse;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import dev.plinth.server.apply.RangeBody;
import dev.plinth.server.apply.RangeQueries;
import dev.plinth.server.apply.RequestValidator;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A range in chunks, all at the revision of the first, sent at the receiver's pace.
 *
 * <p>Each chunk opens its own view, so that a slow receiver pins nothing; a compaction that passes
 * the revision ends the stream. So does a change of anybody's rights, before the next chunk: the
 * reference looks for one as well, but only after the last. The number of keys per chunk follows
 * the size of the last one. Header, {@code more} and {@code count} come with the last chunk alone,
 * so that all chunks merged are the answer of a plain range.
 */
final class RangeStream implements ServerStreamHandler.Method<RangeRequest> {
    private static final long FIRST_CHUNK_KEYS = 10;
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final LocalMember member;
    private final KeyValueStore store;
    private final RequestValidator validator;
    private final int targetBytes;
    private final AuthStore auth;
    private final MemoryBudget memory;
    private final Semaphore turns;

    RangeStream(ServiceContext context) {
        this.auth = context.auth();
        this.memory = context.memory();
        this.turns = context.listTurns();
        this.member = context.member();
        this.store = context.store();
        this.validator = new RequestValidator(context.limits().txnOperationsMax());
        this.targetBytes = context.limits().requestBytesMax();
    }

    @Override
    public void run(RangeRequest request, Caller caller, StreamSender sender)
            throws RefusedException, InterruptedException {
        validator.checkStream(request);
        if (!request.getSerializable()) {
            awaitBarrier();
        }
        auth.checkRead(caller, request.getKey(), request.getRangeEnd());
        if (request.getCountOnly()) {
            count(request, caller, sender);
            return;
        }
        // A chunk is being sent while the next one is made.
        long held = 2L * targetBytes;
        memory.charge(Use.READS, held);
        try {
            chunks(request, caller, sender);
        } finally {
            memory.release(Use.READS, held);
        }
    }

    private void awaitBarrier() throws RefusedException, InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        AtomicReference<RefusedException> refusal = new AtomicReference<>();
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        over.countDown();
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        refusal.set(reason);
                        over.countDown();
                    }
                });
        over.await();
        RefusedException refused = refusal.get();
        if (refused != null) {
            throw refused;
        }
    }

    private void count(RangeRequest request, Caller caller, StreamSender sender)
            throws RefusedException, InterruptedException {
        if (!sender.awaitRoom()) {
            return;
        }
        try (ReadView view = store.read()) {
            RangeResult result = view.range(RangeQueries.of(request));
            auth.checkUnchanged(caller);
            sender.send(chunk(result.revision(), RangeBody.of(result)));
        }
    }

    private void chunks(RangeRequest request, Caller caller, StreamSender sender)
            throws RefusedException, InterruptedException {
        ByteString key = request.getKey();
        long pinned = request.getRevision();
        long headerRevision = 0;
        long left = request.getLimit() > 0 ? request.getLimit() : Long.MAX_VALUE;
        long keys = FIRST_CHUNK_KEYS;
        long delivered = 0;
        while (sender.awaitRoom()) {
            keys = Math.min(keys, left);
            turns.acquire();
            try (ReadView view = store.read()) {
                RangeResult result = view.piece(RangeQueries.of(request, key, keys, pinned));
                auth.checkUnchanged(caller);
                if (headerRevision == 0) {
                    headerRevision = result.revision();
                    pinned = pinned > 0 ? pinned : headerRevision;
                }
                int size = result.size();
                left -= size;
                if (!result.more() || left == 0) {
                    sender.send(
                            chunk(
                                    headerRevision,
                                    RangeBody.last(
                                            result,
                                            delivered + rest(request, key, pinned, view, result))));
                    return;
                }
                RangeBody body = RangeBody.pairs(result);
                sender.send(Reply.withoutHeader(wrapped(body)));
                delivered += size;
                key = UnsafeByteOperations.unsafeWrap(result.key(size - 1)).concat(ZERO);
                keys = nextKeys(keys, body.size());
            } finally {
                turns.release();
            }
        }
    }

    /** Keys from {@code key} on, which the last chunk begins with. */
    private static long rest(
            RangeRequest request, ByteString key, long pinned, ReadView view, RangeResult last) {
        return last.more()
                ? view.range(
                                RangeQueries.of(
                                        request.toBuilder().setCountOnly(true).build(),
                                        key,
                                        0,
                                        pinned))
                        .count()
                : last.count();
    }

    private long nextKeys(long keys, long bytes) {
        if (bytes < targetBytes / 2) {
            return keys * 2;
        }
        return bytes > 2L * targetBytes ? Math.max(1, keys / 2) : keys;
    }

    /** A message whose range response has a header. */
    private Reply chunk(long revision, ResponseBody body) {
        Reply range =
                Reply.of(member.clusterId(), member.memberId(), revision, member.raftTerm(), body);
        return Reply.withoutHeader(
                new Nested(range.size()) {
                    @Override
                    void writeNested(CodedOutputStream out) throws IOException {
                        range.writeTo(out);
                    }
                });
    }

    private static ResponseBody wrapped(ResponseBody body) {
        return new Nested(body.size()) {
            @Override
            void writeNested(CodedOutputStream out) throws IOException {
                body.writeTo(out);
            }
        };
    }

    /** A range response as the only field of a stream message. */
    private abstract static class Nested implements ResponseBody {
        private final int nestedSize;

        Nested(int nestedSize) {
            this.nestedSize = nestedSize;
        }

        abstract void writeNested(CodedOutputStream out) throws IOException;

        @Override
        public int size() {
            return 1 + CodedOutputStream.computeUInt32SizeNoTag(nestedSize) + nestedSize;
        }

        @Override
        public void writeTo(CodedOutputStream out) throws IOException {
            out.writeTag(
                    RangeStreamResponse.RANGE_RESPONSE_FIELD_NUMBER,
                    WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(nestedSize);
            writeNested(out);
        }
    }
}
