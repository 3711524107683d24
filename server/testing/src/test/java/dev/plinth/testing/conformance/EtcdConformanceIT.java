package dev.plinth.testing.conformance;

import dev.plinth.server.interop.ServerProcess;
import java.nio.file.Path;

/** The client against the real etcd. */
class EtcdConformanceIT extends ClientConformance {
    @Override
    ServerProcess start(Path dataDir, String... flags) {
        return ServerProcess.etcd(dataDir, flags);
    }
}
