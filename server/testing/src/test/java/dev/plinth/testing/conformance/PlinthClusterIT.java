package dev.plinth.testing.conformance;

import dev.plinth.server.interop.ClusterNode;
import java.nio.file.Path;

/** Three members of Plinth. */
class PlinthClusterIT extends ClusterConformance {
    @Override
    ClusterNode node(String name, Path root) {
        return ClusterNode.plinth(name, root);
    }
}
