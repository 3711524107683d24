package dev.plinth.server.boot;

import dev.plinth.server.config.Flag;
import dev.plinth.server.config.FlagTable;
import dev.plinth.server.config.FlagValues;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import java.util.Map;

/**
 * Flags of etcd whose work this release does not do. One that guards something stops the start: a
 * member must not serve in the clear what was to be protected. The others are told in the log, so
 * that none is silently ignored.
 */
final class PendingFlags {
    private static final String NO_SOCKET_OPTION =
            "listeners are opened without this option of the socket";
    private static final String FIXED_PEER_TIME = "peers are given 5 s, etcd's least";

    private static final Map<String, String> INSTEAD =
            Map.of(
                    "memory-mlock", "memory is not locked",
                    "socket-reuse-port", NO_SOCKET_OPTION,
                    "socket-reuse-address", NO_SOCKET_OPTION,
                    "raft-read-timeout", FIXED_PEER_TIME,
                    "raft-write-timeout", FIXED_PEER_TIME,
                    "bootstrap-defrag-threshold-megabytes",
                            "the database is not made smaller at the start; plinth ctl defrag does");

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
        for (Flag flag : FlagTable.standard().all()) {
            String name = flag.name();
            String instead = INSTEAD.getOrDefault(name, "");
            if (!instead.isEmpty() && flags.isGiven(name)) {
                log.warn("flag has no effect in this release", "flag", name, "instead", instead);
            }
        }
    }
}
