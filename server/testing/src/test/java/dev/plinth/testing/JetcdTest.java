package dev.plinth.testing;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** etcd's Java client with a server inside the test. */
@ExtendWith(PlinthExtension.class)
class JetcdTest extends JetcdExpectations {
    @BeforeEach
    void connect(PlinthServer server) {
        connect(server.endpoint());
    }
}
