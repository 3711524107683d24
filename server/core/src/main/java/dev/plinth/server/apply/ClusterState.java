package dev.plinth.server.apply;

import java.util.List;

/**
 * The cluster's own attributes, changed by entries.
 *
 * <p>Entries below the consistent index are replayed with {@code persist} false: memory follows,
 * the database already has them. Called by the apply loop alone.
 */
public interface ClusterState {
    /** Sets the version that the cluster has agreed on, such as {@code 3.7.0}. */
    void setClusterVersion(String version, boolean persist);

    /**
     * Sets what a member has published of itself. A member that was removed is skipped with a
     * warning; an unknown one ends the process.
     */
    void setMemberAttributes(long memberId, String name, List<String> clientUrls, boolean persist);

    /** Starts ({@code enabled}) or ends a downgrade. */
    void setDowngrade(boolean enabled, String targetVersion, boolean persist);
}
