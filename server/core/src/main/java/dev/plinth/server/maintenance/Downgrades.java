package dev.plinth.server.maintenance;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.membershippb.DowngradeInfoSetRequest;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes the cluster down by one minor version: announces the target, so that the leader lowers the
 * cluster's version, and ends when all members run it.
 *
 * <p>A stage gives the cluster's version as {@code major.minor}; it fails with a {@link
 * RefusedException} and nothing else. Sources: server.md 7, api.md.
 */
public final class Downgrades {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})(\\.\\d{1,9})?");

    private final LocalMember member;
    private final OwnProposals proposals;
    private final Log log;

    /**
     * @param member this member
     * @param log where refusals are told
     */
    public Downgrades(LocalMember member, Log log) {
        this.member = member;
        this.proposals = new OwnProposals(member);
        this.log = log;
    }

    /** Says whether a downgrade to the version could begin now. */
    public CompletionStage<String> validate(String version) {
        return check(version).thenApply(_ -> clusterVersion());
    }

    /** Begins a downgrade to the version. */
    public CompletionStage<String> enable(String version) {
        return check(version)
                .thenCompose(target -> announce(target, true))
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        warn("reject downgrade request", failure);
                    }
                })
                .thenApply(_ -> clusterVersion());
    }

    /** Ends a downgrade. That none runs is an error only to clients of release 3.5. */
    public CompletionStage<String> cancel() {
        CompletableFuture<Void> ended =
                afterBarrier()
                        .thenCompose(_ ->
                                member.downgradeTarget() == null
                                        ? refused(EtcdError.NO_DOWNGRADE_IN_PROGRESS)
                                        : announce("", false))
                        .toCompletableFuture();
        if (member.serverVersion().startsWith("3.5.")) {
            return ended.thenApply(_ -> clusterVersion());
        }
        return ended.handle((_, failure) -> {
            if (failure != null) {
                warn("failed to cancel downgrade", failure);
            }
            return clusterVersion();
        });
    }

    /** Says, on the leader, that the downgrade is over. */
    void finish() {
        var _ =
                announce("", false)
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                log.info("the cluster has been downgraded");
                            } else {
                                warn("failed to cancel downgrade", failure);
                            }
                        });
    }

    private CompletionStage<String> check(String version) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return refused(EtcdError.WRONG_DOWNGRADE_VERSION_FORMAT);
        }
        String target = parts.group(1) + "." + parts.group(2) + ".0";
        if (member.clusterVersion() == null) {
            return refused(EtcdError.DOWNGRADE_CLUSTER_VERSION_UNKNOWN);
        }
        return afterBarrier()
                .thenCompose(_ -> {
                    String now = member.clusterVersion();
                    if (now == null || !Versions.isOneMinorBelow(target, now)) {
                        return refused(EtcdError.INVALID_DOWNGRADE_VERSION);
                    }
                    return member.downgradeTarget() == null
                            ? CompletableFuture.completedStage(target)
                            : refused(EtcdError.DOWNGRADE_IN_PROGRESS);
                });
    }

    private CompletionStage<Void> announce(String target, boolean isEnabled) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        proposals.propose(
                InternalRaftRequest.DOWNGRADE_INFO_SET_FIELD_NUMBER,
                DowngradeInfoSetRequest.newBuilder().setEnabled(isEnabled).setVer(target).build(),
                refusal -> settle(done, refusal));
        return done;
    }

    private CompletionStage<Void> afterBarrier() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        done.complete(null);
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        done.completeExceptionally(reason);
                    }
                });
        return done;
    }

    private static void settle(CompletableFuture<Void> done, @Nullable RefusedException refusal) {
        if (refusal == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(refusal);
        }
    }

    private static <T> CompletionStage<T> refused(EtcdError reason) {
        return CompletableFuture.failedStage(RefusedException.of(reason));
    }

    private String clusterVersion() {
        String version = member.clusterVersion();
        return version == null ? "" : Versions.minor(version);
    }

    private void warn(String what, Throwable failure) {
        log.warn(what, "error", String.valueOf(RefusedException.of(failure).getMessage()));
    }
}
