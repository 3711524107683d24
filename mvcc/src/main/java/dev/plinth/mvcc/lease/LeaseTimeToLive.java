package dev.plinth.mvcc.lease;

import java.util.List;

/**
 * A lease as LeaseTimeToLive reports it.
 *
 * @param grantedTtlSeconds the lifetime granted
 * @param remainingSeconds whole seconds left, truncated; the granted lifetime on a member that is
 *     not primary
 * @param keys keys attached, ascending
 */
public record LeaseTimeToLive(long grantedTtlSeconds, long remainingSeconds, List<byte[]> keys) {}
