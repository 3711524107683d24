package dev.plinth.server.sim;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The entries that some member has applied, which have to be the same on all. */
final class CommittedLog {
    /**
     * An entry.
     *
     * @param request what it holds; null for those that are raft's own
     */
    record Committed(Entry entry, @Nullable InternalRaftRequest request) {
        long index() {
            return entry.index();
        }
    }

    private final TreeMap<Long, Committed> entries = new TreeMap<>();
    private final Map<Long, Committed> byRequest = new HashMap<>();
    private final Map<Long, Long> revisions = new TreeMap<>();
    private final Map<Long, Long> seenNanos = new HashMap<>();

    /**
     * A member has applied what its log holds at an index.
     *
     * @param seen when it came into that log
     */
    void applied(int member, Entry entry, long seen) {
        seenNanos.merge(entry.index(), seen, Math::min);
        Committed known = entries.get(entry.index());
        if (known == null) {
            add(entry);
        } else if (known.entry().term() != entry.term()
                || !known.entry().data().equals(entry.data())) {
            throw new Violation(
                    "state machine safety",
                    "member %d applied entry %d of term %d, another one that of term %d"
                            .formatted(member, entry.index(), entry.term(), known.entry().term()));
        }
    }

    private void add(Entry entry) {
        InternalRaftRequest request = null;
        if (entry.type() == EntryType.NORMAL && entry.dataLength() > 0) {
            try {
                request = InternalRaftRequest.parseFrom(entry.data().toArray());
            } catch (InvalidProtocolBufferException e) {
                throw new Violation("log", e);
            }
        }
        Committed added = new Committed(entry, request);
        entries.put(entry.index(), added);
        if (request != null && byRequest.putIfAbsent(request.getHeader().getID(), added) != null) {
            throw new Violation(
                    "applied once", Operation.oneLine(request) + " is in the log twice");
        }
    }

    /** A member's store is at a revision when it has applied up to an index. */
    void reached(int member, long index, long revision) {
        Long known = revisions.putIfAbsent(index, revision);
        if (known != null && known != revision) {
            throw new Violation(
                    "same revision",
                    "member %d is at revision %d with entry %d applied, another one at %d"
                            .formatted(member, revision, index, known));
        }
    }

    /** The entry of a request; null if nobody has applied it. */
    @Nullable Committed ofRequest(long requestId) {
        return byRequest.get(requestId);
    }

    /** Revisions that members were seen at, by the index of the last entry applied. */
    Map<Long, Long> revisions() {
        return revisions;
    }

    /** When an entry was first in a log, as far as members that had it have applied it. */
    long seenNanos(long index) {
        return seenNanos.getOrDefault(index, Long.MAX_VALUE);
    }

    long lastIndex() {
        return entries.isEmpty() ? 0 : entries.lastKey();
    }

    /** All of them in order. */
    List<Committed> all() {
        long expected = 1;
        for (long index : entries.keySet()) {
            if (index != expected++) {
                throw new Violation("log", "no member has entry " + (expected - 1));
            }
        }
        return new ArrayList<>(entries.values());
    }
}
