package dev.plinth.testing.conformance;

import dev.plinth.server.interop.ClusterNode;
import dev.plinth.server.interop.ServerProcess;
import java.nio.file.Path;

/** Identities and encryption against the real etcd. */
class EtcdSecurityIT extends SecurityConformance {
    @Override
    ClusterNode node(String name, Path root) {
        return ClusterNode.etcd(name, root);
    }

    @Override
    ServerProcess start(Path dataDir, String... flags) {
        return ServerProcess.etcd(dataDir, flags);
    }
}
