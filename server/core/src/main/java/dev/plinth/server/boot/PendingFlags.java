package dev.plinth.server.boot;

import dev.plinth.server.config.FlagValues;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.log.Log;
import java.util.List;

/**
 * Flags of etcd whose work this release does not do. One that guards something stops the start: a
 * member must not serve in the clear what was to be protected. The others are told in the log, so
 * that none is silently ignored.
 */
final class PendingFlags {
    private static final List<String> WITHOUT_EFFECT =
            List.of(
                    "memory-mlock",
                    "socket-reuse-port",
                    "socket-reuse-address",
                    "raft-read-timeout",
                    "raft-write-timeout",
                    "enable-distributed-tracing",
                    "distributed-tracing-address",
                    "distributed-tracing-service-name",
                    "distributed-tracing-instance-id",
                    "distributed-tracing-sampling-rate",
                    "bootstrap-defrag-threshold-megabytes");

    private PendingFlags() {}

    /**
     * Looks at what was given.
     *
     * @throws StartException for a flag, or a cluster, that this release cannot serve as asked
     */
    static void check(ServerConfig config, Log log) throws StartException {
        FlagValues flags = config.flags();
        for (ListenUrl url : config.listeners().peer()) {
            if (url.isUnix()) {
                throw new StartException(
                        url.text() + ": peers are not listened for on sockets of files");
            }
        }
        for (String name : WITHOUT_EFFECT) {
            if (flags.isGiven(name)) {
                log.warn("flag has no effect in this release", "flag", name);
            }
        }
    }
}
