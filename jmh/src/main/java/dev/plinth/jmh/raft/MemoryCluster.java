package dev.plinth.jmh.raft;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import dev.plinth.raft.HardState;
import dev.plinth.raft.MemoryStorage;
import dev.plinth.raft.Message;
import dev.plinth.raft.Peer;
import dev.plinth.raft.RaftConfig;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.raft.RaftException;
import dev.plinth.raft.RawNode;
import dev.plinth.raft.Ready;
import dev.plinth.raft.StorageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A leader and its followers on one thread, with asynchronous storage writes whose worker is done
 * at once, and messages that arrive at once: what is left is the cost of consensus itself.
 */
final class MemoryCluster {
    private static final int COMPACT_EVERY = 4_096;

    private final List<RawNode> nodes = new ArrayList<>();
    private final List<MemoryStorage> storages = new ArrayList<>();
    private final Deque<Message> inFlight = new ArrayDeque<>();
    private long applied;

    MemoryCluster(int members) {
        List<Peer> peers = new ArrayList<>();
        for (long id = 1; id <= members; id++) {
            peers.add(new Peer(id, Bytes.EMPTY));
        }
        for (long id = 1; id <= members; id++) {
            MemoryStorage storage = new MemoryStorage();
            RaftConfig config =
                    RaftConfig.of(id, storage, new SplittableRandom(id))
                            .asyncStorageWrites(true)
                            .checkQuorum(true)
                            .preVote(true)
                            .build();
            RawNode node = new RawNode(config);
            try {
                node.bootstrap(peers);
            } catch (RaftException e) {
                throw new IllegalStateException(e);
            }
            storages.add(storage);
            nodes.add(node);
        }
        settle();
        try {
            leader().campaign();
        } catch (RaftException e) {
            throw new IllegalStateException(e);
        }
        settle();
        if (leader().basicStatus().softState().lead() != 1) {
            throw new IllegalStateException("no leader: " + leader().status());
        }
    }

    RawNode leader() {
        return nodes.get(0);
    }

    RawNode node(int id) {
        return nodes.get(id - 1);
    }

    long applied() {
        return applied;
    }

    /** Proposes the entries as one append and goes on until everybody has applied them. */
    void replicate(List<Entry> entries) {
        try {
            leader().propose(entries);
        } catch (RaftException e) {
            throw new IllegalStateException(e);
        }
        settle();
    }

    /** Goes on until nobody has anything to do. */
    void settle() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (int i = 0; i < nodes.size(); i++) {
                RawNode node = nodes.get(i);
                while (node.hasReady()) {
                    work(node, storages.get(i), node.ready());
                    busy = true;
                }
            }
            while (!inFlight.isEmpty()) {
                Message m = inFlight.remove();
                step(node((int) m.to()), m);
                busy = true;
            }
        }
    }

    private void work(RawNode node, MemoryStorage storage, Ready ready) {
        List<Message> messages = ready.messages();
        for (int i = 0; i < messages.size(); i++) {
            Message m = messages.get(i);
            if (m.to() == RawNode.LOCAL_APPEND_THREAD) {
                storage.append(m.entries());
                HardState state = m.hardState();
                if (!state.isEmpty()) {
                    storage.setHardState(state);
                }
                respond(node, m);
            } else if (m.to() == RawNode.LOCAL_APPLY_THREAD) {
                apply(node, storage, m.entries());
                respond(node, m);
            } else {
                inFlight.add(m);
            }
        }
    }

    private void respond(RawNode node, Message m) {
        List<Message> responses = m.responses();
        for (int i = 0; i < responses.size(); i++) {
            Message response = responses.get(i);
            if (response.to() == m.from()) {
                step(node, response);
            } else {
                inFlight.add(response);
            }
        }
    }

    private void apply(RawNode node, MemoryStorage storage, List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            applied++;
            if (entry.type() == EntryType.CONF_CHANGE) {
                try {
                    node.applyConfChange(entry.index(), ConfChange.decode(entry.data()));
                } catch (RaftDecodeException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        long last = entries.get(entries.size() - 1).index();
        if (last - storage.firstIndex() > 2 * COMPACT_EVERY) {
            try {
                storage.compact(last - COMPACT_EVERY);
            } catch (StorageException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static void step(RawNode node, Message m) {
        try {
            node.step(m);
        } catch (RaftException e) {
            throw new IllegalStateException(e);
        }
    }
}
