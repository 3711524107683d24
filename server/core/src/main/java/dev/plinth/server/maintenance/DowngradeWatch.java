package dev.plinth.server.maintenance;

import dev.plinth.server.core.LocalMember;

/** On the leader, ends a downgrade when every member runs the version it was for. */
public final class DowngradeWatch {
    private final LocalMember member;
    private final MemberReleases releases;
    private final Downgrades downgrades;

    /**
     * @param releases what the members run
     */
    public DowngradeWatch(LocalMember member, MemberReleases releases, Downgrades downgrades) {
        this.member = member;
        this.releases = releases;
        this.downgrades = downgrades;
    }

    /** Ends the downgrade if it is done. */
    public void turn() {
        String target = member.downgradeTarget();
        MemberReleases.Round known = releases.round();
        if (target != null && known != null && known.areAll(target)) {
            downgrades.finish();
        }
    }
}
