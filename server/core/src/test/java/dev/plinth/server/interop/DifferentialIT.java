package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same random requests go to the real etcd 3.5 and to Plinth, one after the other, by callers
 * with and without rights: keys, transactions, leases, compactions, watches, users and roles. Every
 * answer or refusal has to be equal, every event that a watcher over all keys gets, and the hash of
 * both stores at the end.
 *
 * <p>Longer: {@code -Dplinth.differential.operations=100000}; another run: {@code
 * -Dplinth.differential.seed=N}.
 */
class DifferentialIT {
    private static final int OPERATIONS =
            Integer.getInteger("plinth.differential.operations", 10_000);
    private static final long SEED = Long.getLong("plinth.differential.seed", 20_260_101L);

    private static final int EVENTS_EVERY = 100;

    @TempDir Path dir;

    @Test
    void randomRequestsAreAnsweredAlike() throws Exception {
        // The request timeout follows the election timeout; a campaign may be stopped for a while.
        // Answers are compared, not disks: neither server waits for its own.
        String[] flags = {
            "--bcrypt-cost=4",
            "--auth-token-ttl=36000",
            "--election-timeout=50000",
            "--unsafe-no-fsync"
        };
        try (ServerProcess etcd = ServerProcess.etcd(dir.resolve("etcd"), flags);
                ServerProcess plinth = ServerProcess.plinth(dir.resolve("plinth"), flags);
                DifferentialPeer reference = new DifferentialPeer(etcd.endpoint());
                DifferentialPeer tested = new DifferentialPeer(plinth.endpoint());
                ExecutorService beside = Executors.newSingleThreadExecutor()) {
            for (Message request : RandomAuthOperations.setUp()) {
                assertThat(tested.answer(request, RandomAuthOperations.NOBODY))
                        .isEqualTo(reference.answer(request, RandomAuthOperations.NOBODY));
            }
            SplittableRandom random = new SplittableRandom(SEED);
            RandomOperations operations = new RandomOperations(random.split());
            RandomAuthOperations auth = new RandomAuthOperations(random.split());
            for (int i = 0; i < OPERATIONS; i++) {
                boolean isAuth = random.nextInt(12) == 0;
                Message request = isAuth ? auth.next() : operations.next();
                String caller =
                        !isAuth && operations.hasInvertedInterval()
                                ? RandomAuthOperations.ROOT
                                : auth.caller();
                Future<String> expected = beside.submit(() -> reference.answer(request, caller));
                String where = "operation %d of seed %d by \"%s\"".formatted(i, SEED, caller);
                assertThat(tested.answer(request, caller))
                        .as(() -> where + ": " + named(request))
                        .isEqualTo(expected.get());
                operations.revisionIs(reference.revision());
                if (i % EVENTS_EVERY == 0) {
                    compareEvents(reference, tested);
                }
            }
            compareEvents(reference, tested);
            assertThat(tested.hash()).isEqualTo(reference.hash());
        }
    }

    private static String named(Message request) {
        return request.getDescriptorForType().getName() + " " + DifferentialPeer.shown(request);
    }

    /** What the watchers over all keys, opened at the start, have seen since the last look. */
    private static void compareEvents(DifferentialPeer reference, DifferentialPeer tested)
            throws Exception {
        assertThat(tested.eventsUpTo(reference.revision()))
                .isEqualTo(reference.eventsUpTo(reference.revision()));
    }
}
