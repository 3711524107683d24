package dev.plinth.server.sim;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.server.sim.CommittedLog.Committed;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Whether leases that ended by themselves had their whole time: from the last grant or renewal that
 * was acknowledged before, counted by the fastest clock.
 */
final class LeaseCheck {
    private final SimulationOptions options;
    private final CommittedLog committed;
    private final List<Operation> operations;

    LeaseCheck(SimulationOptions options, CommittedLog committed, List<Operation> operations) {
        this.options = options;
        this.committed = committed;
        this.operations = operations;
    }

    /** Leases that ended by themselves. */
    int check() {
        Set<Long> asked = new HashSet<>();
        operations.forEach(operation -> asked.add(operation.requestId));
        int expired = 0;
        for (Committed entry : committed.all()) {
            InternalRaftRequest request = entry.request();
            if (request != null
                    && request.hasLeaseRevoke()
                    && !asked.contains(request.getHeader().getID())) {
                checkEnd(request.getLeaseRevoke().getID(), committed.seenNanos(entry.index()));
                expired++;
            }
        }
        return expired;
    }

    private void checkEnd(long lease, long at) {
        for (Operation operation : operations) {
            if (operation.end < at && operation.refusal == null && leaseOf(operation) == lease) {
                long ttl = ((LeaseGrantResponse) Objects.requireNonNull(operation.answer)).getTTL();
                long whole = (long) (ttl * SimulationOptions.SECOND / (1 + options.drift()));
                if (at < operation.begin + whole) {
                    throw new Violation(
                            "lease",
                            "lease %d is revoked at %.6f, too early for %s"
                                    .formatted(lease, at / 1e9, operation));
                }
            }
        }
    }

    private static long leaseOf(Operation operation) {
        return switch (operation.kind) {
            case GRANT -> ((LeaseGrantRequest) operation.request).getID();
            case RENEW -> ((LeaseKeepAliveRequest) operation.request).getID();
            default -> 0;
        };
    }
}
