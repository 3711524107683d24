package dev.plinth.walio.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoopbackPortsTest {
    private static final int BLOCKS = 100;

    @Test
    void blocksThatAreOpenShareNoPort() {
        List<LoopbackPorts.Block> blocks = new ArrayList<>();
        try {
            Set<Integer> ports = new HashSet<>();
            for (int i = 0; i < BLOCKS; i++) {
                LoopbackPorts.Block block = LoopbackPorts.freeBlock();
                blocks.add(block);
                assertThat(ports.add(block.port(1))).isTrue();
                assertThat(ports.add(block.port(63))).isTrue();
                assertThatThrownBy(() -> block.port(0))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> block.port(64))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(ports).hasSize(2 * BLOCKS);
        } finally {
            blocks.forEach(LoopbackPorts.Block::close);
        }
    }

    @Test
    void whatIsFreeCanBeListenedOn() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (LoopbackPorts.Block block = LoopbackPorts.freeBlock();
                ServerSocket one = new ServerSocket(LoopbackPorts.free(), 1, loopback);
                ServerSocket other = new ServerSocket(block.port(20), 1, loopback)) {
            assertThat(one.getLocalPort()).isNotEqualTo(other.getLocalPort());
        }
    }
}
