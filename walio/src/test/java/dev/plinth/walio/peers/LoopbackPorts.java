package dev.plinth.walio.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports of loopback for servers that are started a moment later, as processes of their own. They
 * lie below the range from which the kernel takes ports for whoever asks for any: a port from that
 * range, once found free, may be another connection's before the server gets to it.
 */
public final class LoopbackPorts {
    private static final Path KERNELS_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int USUAL_RANGE_BEGIN = 32_768;
    private static final int SINGLE_BEGIN = 20_000;
    private static final int BLOCKS_BEGIN = 10_000;
    private static final int BLOCK_PORTS = 64;
    private static final int ATTEMPTS_MAX = 1_000;

    /**
     * In turn, from a beginning of each process's own: one that was given away and is not listened
     * on yet is not given away again.
     */
    private static final AtomicInteger nextSingle =
            new AtomicInteger(new Random().nextInt(1 << 20));

    private LoopbackPorts() {}

    /**
     * Adjoining ports that nobody else gets who asks here, in any process, until it is closed.
     *
     * <p>Its first port is listened on for that: the ports for use are those behind it.
     */
    public static final class Block implements AutoCloseable {
        private final ServerSocket claim;

        private Block(ServerSocket claim) {
            this.claim = claim;
        }

        /** The port at a distance of 1 to 63 from the first one, which is not for use. */
        public int port(int distance) {
            if (distance < 1 || distance >= BLOCK_PORTS) {
                throw new IllegalArgumentException("no port at " + distance);
            }
            return claim.getLocalPort() + distance;
        }

        @Override
        public void close() {
            try {
                claim.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A port that nobody listens on. */
    public static int free() {
        int ports = end() - SINGLE_BEGIN;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int port = SINGLE_BEGIN + Math.floorMod(nextSingle.getAndIncrement(), ports);
            if (isFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no port is free");
    }

    /** Ports of which nobody listens on any. */
    public static Block freeBlock() {
        Random random = new Random();
        int blocks = (SINGLE_BEGIN - BLOCKS_BEGIN) / BLOCK_PORTS;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int first = BLOCKS_BEGIN + random.nextInt(blocks) * BLOCK_PORTS;
            ServerSocket claim;
            try {
                claim = listen(first);
            } catch (IOException _) {
                continue;
            }
            Block block = new Block(claim);
            if (areFree(first + 1, first + BLOCK_PORTS)) {
                return block;
            }
            block.close();
        }
        throw new AssertionError("no block of ports is free");
    }

    private static int end() {
        try {
            String range = Files.readString(KERNELS_RANGE);
            int begin = Integer.parseInt(range.strip().split("\\s+")[0]);
            return begin > SINGLE_BEGIN ? begin : USUAL_RANGE_BEGIN;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean areFree(int begin, int end) {
        for (int port = begin; port < end; port++) {
            if (!isFree(port)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = listen(port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
