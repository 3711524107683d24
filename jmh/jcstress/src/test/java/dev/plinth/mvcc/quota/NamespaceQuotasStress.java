package dev.plinth.mvcc.quota;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A transaction changes the counts while somebody looks whether a write would fit: who finds the
 * same settled revision before and after has seen the counts of that revision.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "nothing is certain")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the counts before")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "the counts after")
@Outcome(expect = Expect.FORBIDDEN, desc = "counts of no revision")
@State
public class NamespaceQuotasStress {
    private static final byte[] PREFIX = {'a'};
    private static final int SIZE = 10;

    private final NamespaceQuotas quotas = new NamespaceQuotas();

    /** One quota, of which nothing is used at revision 1. */
    public NamespaceQuotasStress() {
        quotas.restore(new OneQuota());
        quotas.published(1);
    }

    /** The apply thread. */
    @Actor
    public void write() {
        quotas.changed(PREFIX, LiveKeys.ABSENT, SIZE);
        quotas.published(2);
    }

    /** Whoever looks before a proposal. */
    @Actor
    public void look(I_Result result) {
        long before = quotas.settledRevision();
        NamespaceUsage usage = quotas.usages().getFirst();
        long after = quotas.settledRevision();
        if (before != after || before < 0) {
            result.r1 = 0;
        } else if (usage.bytes() == (before - 1) * SIZE && usage.keys() == before - 1) {
            result.r1 = (int) before;
        } else {
            result.r1 = -1;
        }
    }

    /** A store that holds a quota key and nothing else. */
    private static final class OneQuota implements LiveKeys {
        private static final byte[] KEY =
                (NamespaceQuotas.SPACE + "a").getBytes(StandardCharsets.US_ASCII);

        @Override
        public long sizeOf(byte[] key) {
            return ABSENT;
        }

        @Override
        public byte @Nullable [] valueOf(byte[] key) {
            return "keys=5".getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public void visit(byte[] from, byte[] end, Visitor visitor) {
            if (from.length > 1) {
                visitor.visit(KEY, KEY.length);
            }
        }
    }
}
