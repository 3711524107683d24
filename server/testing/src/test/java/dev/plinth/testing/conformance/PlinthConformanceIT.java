package dev.plinth.testing.conformance;

import dev.plinth.server.interop.ServerProcess;
import java.nio.file.Path;

/** The client against a member of Plinth. */
class PlinthConformanceIT extends ClientConformance {
    @Override
    ServerProcess start(Path dataDir, String... flags) {
        return ServerProcess.plinth(dataDir, flags);
    }
}
