package dev.plinth.server.sim;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.check.Finding;
import dev.plinth.server.apply.RangeBody;
import dev.plinth.server.apply.RangeQueries;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Whether a member holds what the committed log leads to, in a sound file. */
final class MemberCheck {
    private static final RangeRequest EVERYTHING =
            RangeRequest.newBuilder()
                    .setKey(ByteString.copyFrom(new byte[1]))
                    .setRangeEnd(ByteString.copyFrom(new byte[1]))
                    .build();

    private final SimulatedMember member;
    private final StoreModel model;

    MemberCheck(SimulatedMember member, StoreModel model) {
        this.member = member;
        this.model = model;
    }

    void check() {
        checkContent();
        TreeSet<Long> leases = new TreeSet<>(member.up().lessor().leases());
        if (!leases.equals(new TreeSet<>(model.leases().keySet()))) {
            throw new Violation("leases", "member %d has %s".formatted(member.index(), leases));
        }
        checkFile();
    }

    private void checkContent() {
        try (ReadView view = member.up().store().read()) {
            if (view.revision() != model.revision()
                    || view.compactRevision() != model.compacted()) {
                throw new Violation(
                        "content",
                        "member %d is at revision %d, compacted at %d, by the log it is %d and %d"
                                .formatted(
                                        member.index(),
                                        view.revision(),
                                        view.compactRevision(),
                                        model.revision(),
                                        model.compacted()));
            }
            requireSame(view, model.revision());
            requireSame(view, Math.max(1, model.compacted()));
        }
    }

    private void requireSame(ReadView view, long revision) {
        RangeResult result =
                view.range(RangeQueries.of(EVERYTHING.toBuilder().setRevision(revision).build()));
        RangeResponse found =
                (RangeResponse)
                        SimulatedClient.parsed(
                                RangeBody.of(result), RangeResponse.getDefaultInstance());
        RangeResponse expected = model.range(EVERYTHING, revision);
        if (!found.equals(expected)) {
            throw new Violation(
                    "content",
                    "member %d at revision %d: %s, expected %s"
                            .formatted(
                                    member.index(),
                                    revision,
                                    Operation.oneLine(found),
                                    Operation.oneLine(expected)));
        }
    }

    private void checkFile() {
        Backend backend = member.up().backend();
        try (ReadTransaction read = backend.flushedRead()) {
            List<Finding> findings = new ArrayList<>();
            read.check(CheckOptions.wholeFile(), findings::add);
            if (!findings.isEmpty()) {
                throw new Violation("page file", "member " + member.index() + ": " + findings);
            }
        }
    }
}
