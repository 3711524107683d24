package dev.plinth.server.gateway;

import org.jspecify.annotations.Nullable;

/** Knows whether the log's device still answers. Any thread; never waits. */
@FunctionalInterface
public interface DiskWatchdog {
    /** Why the device counts as stalled; null while it answers in time. */
    @Nullable String complaint();
}
