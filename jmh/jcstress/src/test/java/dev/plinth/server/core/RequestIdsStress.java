package dev.plinth.server.core;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Two threads draw an id: never the same. */
@JCStressTest
@Outcome(
        id = {"1, 2", "2, 1"},
        expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "an id is drawn twice")
@State
public class RequestIdsStress {
    private final RequestIds ids = new RequestIds(0, 0);

    /** One thread. */
    @Actor
    public void one(JJ_Result result) {
        result.r1 = ids.next();
    }

    /** Another. */
    @Actor
    public void two(JJ_Result result) {
        result.r2 = ids.next();
    }
}
