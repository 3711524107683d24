package dev.plinth.mvcc.watch;

import dev.plinth.mvcc.buffer.Changes;
import dev.plinth.mvcc.buffer.RevisionBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The apply thread commits two revisions while the syncer serves a watcher that is behind, whose
 * client refuses once and has room again: each event arrives once and in order.
 */
@JCStressTest
@Outcome(id = "[2, 3, 4]", expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "an event is lost, doubled or out of order")
@State
public class WatchHubStress {
    private static final byte[] KEY = {'k'};

    private final RevisionBuffer buffer = new RevisionBuffer();
    private volatile long visible = 2;
    private final WatchHub hub = new WatchHub(this::history, 2);
    private final Client client = new Client();
    private final WatchStream stream = hub.open(client);

    /** A watcher from revision 2 on, which is past. */
    public WatchHubStress() {
        stream.watch(new WatchRequest(0, KEY, null, 2, false, false));
    }

    private History.Slice history(
            long from, Predicate<byte[]> wanted, int eventsMax, long bytesMax, int scannedMax) {
        long upTo = visible;
        List<WatchEvent> events = new ArrayList<>();
        for (long revision = from; revision <= upTo; revision++) {
            events.add(WatchEvent.delete(KEY, revision));
        }
        return new History.Slice(events, upTo, -1);
    }

    private void commit(long revision) {
        Changes changes = new Changes();
        buffer.append(revision, 0, true, 0);
        changes.add(KEY, true, 0, buffer.lastSegment(), buffer.lastOffset(), 0);
        visible = revision;
        hub.committed(revision, changes);
    }

    /** The apply thread. */
    @Actor
    public void apply() {
        commit(3);
        commit(4);
    }

    /** The syncer, and the client that has room again. */
    @Actor
    public void sync() {
        hub.doWork(0);
        stream.resume();
        hub.doWork(0);
    }

    /** Serves the rest. */
    @Arbiter
    public void end(L_Result result) {
        stream.resume();
        for (int round = 0; round < 10; round++) {
            hub.doWork(0);
        }
        result.r1 = client.seen.toString();
    }

    /** Refuses its first events. Called with the hub's lock held. */
    private static final class Client implements WatchSink {
        private final List<Long> seen = new ArrayList<>();
        private boolean hasRefused;

        @Override
        public void created(long watchId, long currentRevision) {}

        @Override
        public boolean events(long watchId, WatchEvents events, long revision) {
            if (!hasRefused) {
                hasRefused = true;
                return false;
            }
            for (int i = 0; i < events.size(); i++) {
                seen.add(events.get(i).modRevision());
            }
            return true;
        }

        @Override
        public boolean progress(long watchId, long revision) {
            return true;
        }

        @Override
        public boolean compacted(long watchId, long compactRevision) {
            return true;
        }

        @Override
        public void flush() {}
    }
}
