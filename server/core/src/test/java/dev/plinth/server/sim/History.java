package dev.plinth.server.sim;

import com.google.protobuf.ByteString;
import dev.plinth.server.sim.CommittedLog.Committed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What clients have asked and been told. */
final class History {
    private final List<Operation> operations = new ArrayList<>();
    private final Map<ByteString, Long> modifications = new HashMap<>();
    private final CommittedLog committed;
    private final SimulatedMember[] members;
    private long highestRevision = 1;
    private int answered;

    History(CommittedLog committed, SimulatedMember[] members) {
        this.committed = committed;
        this.members = members;
    }

    List<Operation> operations() {
        return operations;
    }

    int answered() {
        return answered;
    }

    /** Highest revision that any client has been told. */
    long highestRevision() {
        return highestRevision;
    }

    /** Revision of the last write of a key that a client knows of, or 0. */
    long lastModification(ByteString key) {
        return modifications.getOrDefault(key, 0L);
    }

    void began(Operation operation) {
        operations.add(operation);
    }

    void ended(Operation operation) {
        answered++;
        highestRevision = Math.max(highestRevision, operation.revision);
        if (operation.request instanceof dev.plinth.api.etcdserverpb.PutRequest put
                && operation.refusal == null) {
            modifications.put(put.getKey(), operation.revision);
        }
    }

    /**
     * A member is about to acknowledge a write: its entry has to be on the stable storage of a
     * majority now.
     */
    void acknowledged(Operation operation) {
        Committed entry = committed.ofRequest(operation.requestId);
        if (entry == null) {
            throw new Violation(
                    "durable before acknowledged", "nobody has the entry of " + operation);
        }
        int stored = 0;
        for (SimulatedMember member : members) {
            if (member.record().isDurable(entry.entry())) {
                stored++;
            }
        }
        if (stored <= members.length / 2) {
            throw new Violation(
                    "durable before acknowledged",
                    "entry %d is durable on %d of %d members when it is acknowledged: %s"
                            .formatted(entry.index(), stored, members.length, operation));
        }
    }
}
