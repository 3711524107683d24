package dev.plinth.testing.conformance;

import dev.plinth.server.interop.ClusterNode;
import java.nio.file.Path;

/** Three members of the real etcd. */
class EtcdClusterIT extends ClusterConformance {
    @Override
    ClusterNode node(String name, Path root) {
        return ClusterNode.etcd(name, root);
    }
}
