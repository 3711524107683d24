package dev.plinth.server.bench;

import static java.lang.Double.NaN;

import dev.plinth.server.bench.ComparisonTable.Figure;
import java.util.List;

/** What it takes until a follower that was away has everything; NaN is what was not measured. */
final class CatchUp {
    static final List<Figure<CatchUp>> FIGURES =
            List.of(
                    new Figure<>("written meanwhile, MiB", each -> each.behindMebibytes),
                    new Figure<>("snapshots sent", each -> each.snapshots),
                    new Figure<>("caught up after, s", each -> each.seconds),
                    new Figure<>("put p50: undisturbed, ms", each -> each.undisturbed.p50()),
                    new Figure<>("put p50: follower away, ms", each -> each.away.p50()),
                    new Figure<>("put p50: catching up, ms", each -> each.catchingUp.p50()),
                    new Figure<>("put p99: undisturbed, ms", each -> each.undisturbed.p99()),
                    new Figure<>("put p99: follower away, ms", each -> each.away.p99()),
                    new Figure<>("put p99: back in step, ms", each -> each.inStep.p99()),
                    new Figure<>("put p99: catching up, ms", each -> each.catchingUp.p99()),
                    new Figure<>("p99: catching up to undisturbed", CatchUp::delay),
                    new Figure<>("p99: catching up to follower away", CatchUp::delayToAway),
                    new Figure<>("put max: undisturbed, ms", each -> each.undisturbed.max()),
                    new Figure<>("put max: follower away, ms", each -> each.away.max()),
                    new Figure<>("put max: catching up, ms", each -> each.catchingUp.max()),
                    new Figure<>("puts that failed", each -> each.failures),
                    new Figure<>("leader: follower away, MiB", each -> each.leaderBefore),
                    new Figure<>("leader: catching up, MiB", each -> each.leaderDuring),
                    new Figure<>("leader: extra, MiB", CatchUp::leaderExtra),
                    new Figure<>("follower: back in step, MiB", each -> each.followerBefore),
                    new Figure<>("follower: catching up, MiB", each -> each.followerDuring),
                    new Figure<>("follower: extra, MiB", CatchUp::followerExtra));

    /** Times of puts, in milliseconds. */
    record Times(double p50, double p99, double max) {
        static final Times UNKNOWN = new Times(NaN, NaN, NaN);

        static Times of(PacedPuts.Phase phase) {
            return new Times(phase.millisAt(50), phase.millisAt(99), phase.millisAt(100));
        }
    }

    double behindMebibytes = NaN;
    double snapshots = NaN;
    double seconds = NaN;
    Times undisturbed = Times.UNKNOWN;
    Times away = Times.UNKNOWN;
    Times inStep = Times.UNKNOWN;
    Times catchingUp = Times.UNKNOWN;
    double failures = NaN;
    double leaderBefore = NaN;
    double leaderDuring = NaN;
    double followerBefore = NaN;
    double followerDuring = NaN;

    double delay() {
        return catchingUp.p99() / undisturbed.p99();
    }

    double delayToAway() {
        return catchingUp.p99() / away.p99();
    }

    double leaderExtra() {
        return leaderDuring - leaderBefore;
    }

    double followerExtra() {
        return followerDuring - followerBefore;
    }
}
