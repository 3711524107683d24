package dev.plinth.testing.conformance;

import dev.plinth.server.interop.ClusterNode;
import dev.plinth.server.interop.ServerProcess;
import java.nio.file.Path;

/** Identities and encryption against a member of Plinth. */
class PlinthSecurityIT extends SecurityConformance {
    @Override
    ClusterNode node(String name, Path root) {
        return ClusterNode.plinth(name, root);
    }

    @Override
    ServerProcess start(Path dataDir, String... flags) {
        return ServerProcess.plinth(dataDir, flags);
    }
}
