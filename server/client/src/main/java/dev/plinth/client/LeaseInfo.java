package dev.plinth.client;

import java.time.Duration;
import java.util.List;

/**
 * What a server knows of a lease.
 *
 * @param id of the lease
 * @param left until it runs out
 * @param granted its time to live
 * @param keys attached, in no order, if they were asked for; in a namespace those outside are left
 *     out
 */
public record LeaseInfo(
        Header header, long id, Duration left, Duration granted, List<Bytes> keys) {}
