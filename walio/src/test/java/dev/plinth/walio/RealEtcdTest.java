package dev.plinth.walio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.frame.Varint;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import dev.plinth.walio.peers.Peers;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real etcd goes on with a log that ours has written to, and ours with what it adds. Needs the
 * programs in {@code $PLINTH_PEERS/bin}, see {@code .ci/get-peers.sh}.
 */
@Timeout(180)
class RealEtcdTest {
    private static final int PUTS = 300;
    private static final String END_OF_OUTPUT = "";

    @TempDir Path directory;

    private final LinuxDisk disk = new LinuxDisk();

    @Test
    void etcdStartsOnOurLogAfterSeveralCutsAndWeOnItsLog() throws Exception {
        int port = freePort();
        try (Etcd etcd = start(port)) {
            etcd.awaitReady();
            assertThat(etcd.put("before", "1")).contains("OK");
        }
        long lastOfOurs = appendPuts();
        try (Etcd etcd = start(port)) {
            etcd.awaitReady();
            assertThat(etcd.get("--count-only", "--prefix", "ours/", "--write-out=fields"))
                    .contains("\"Count\" : " + PUTS);
            assertThat(etcd.get("--print-value-only", "before").strip()).isEqualTo("1");
            assertThat(etcd.get("--print-value-only", "ours/7").strip())
                    .isEqualTo(new String(value(7), UTF_8));
            assertThat(etcd.put("after", "2")).contains("OK");
            assertThat(etcd.log()).doesNotContain("repair");
        }
        try (WriteAheadLog log = open()) {
            assertThat(log.replay().lastIndex()).isGreaterThan(lastOfOurs);
            assertThat(log.segments().size()).isGreaterThanOrEqualTo(3);
            assertThat(new String(log.replay().entries().getLast().bytes(), UTF_8))
                    .contains("after");
        }
    }

    /** As a member of one would: entries of the last term, then the state that commits them. */
    private long appendPuts() throws IOException {
        try (WriteAheadLog log = open()) {
            LogState state = log.replay().state().orElseThrow();
            long index = log.replay().lastIndex();
            for (int i = 0; i < PUTS; i++) {
                index++;
                // Both generations' forms: with the type of a normal entry written out, and
                // without.
                byte[] entry = TestRecords.entry(state.term(), index, put("ours/" + i, value(i)));
                byte[] stored = i % 2 == 0 ? entry : withType(entry);
                log.appendEntry(index, stored, 0, stored.length);
                log.appendState(TestRecords.state(state.term(), state.vote(), index));
                log.commit();
            }
            return index;
        }
    }

    private WriteAheadLog open() throws IOException {
        Path wal = directory.resolve("data/member/wal");
        SnapshotMark from = SnapshotMarks.valid(disk, wal).getLast();
        return WriteAheadLog.open(
                disk,
                new SystemClock(),
                wal,
                from,
                0,
                WalOptions.defaults().withSegmentBytes(256 * 4096));
    }

    private static byte[] value(int number) {
        return ("value " + number + " ").repeat(1000).strip().getBytes(UTF_8);
    }

    private static byte[] withType(byte[] entry) {
        byte[] typed = new byte[entry.length + 2];
        typed[0] = 0x08;
        System.arraycopy(entry, 0, typed, 2, entry.length);
        return typed;
    }

    /** etcdserverpb.InternalRaftRequest with a header (100) and a put (4). */
    private static byte[] put(String key, byte[] value) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        field(request, 1, key.getBytes(UTF_8));
        field(request, 2, value);
        ByteArrayOutputStream internal = new ByteArrayOutputStream();
        field(internal, 4, request.toByteArray());
        field(internal, 100, new byte[] {8, 77});
        return internal.toByteArray();
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] bytes) {
        varint(out, ((long) number << 3) | 2);
        varint(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        byte[] bytes = new byte[Varint.BYTES_MAX];
        long end = Varint.put(MemorySegment.ofArray(bytes), 0, value);
        out.write(bytes, 0, (int) end);
    }

    // ---- the real programs ----

    private Etcd start(int port) throws IOException {
        return new Etcd(port, freePort());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private final class Etcd implements AutoCloseable {
        private final String endpoint;
        private final Process process;
        private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
        private final StringBuilder log = new StringBuilder();

        Etcd(int clientPort, int peerPort) throws IOException {
            endpoint = "http://127.0.0.1:" + clientPort;
            String peer = "http://127.0.0.1:" + peerPort;
            process =
                    new ProcessBuilder(
                                    Peers.etcd().toString(),
                                    "--name=m",
                                    "--data-dir=" + directory.resolve("data"),
                                    "--listen-client-urls=" + endpoint,
                                    "--advertise-client-urls=" + endpoint,
                                    "--listen-peer-urls=" + peer,
                                    "--initial-advertise-peer-urls=" + peer,
                                    "--initial-cluster=m=" + peer)
                            .redirectErrorStream(true)
                            .start();
            Thread.ofVirtual().start(this::readOutput);
        }

        private void readOutput() {
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                in.lines().forEach(output::add);
            } catch (IOException e) {
                output.add(e.toString());
            } finally {
                output.add(END_OF_OUTPUT);
            }
        }

        void awaitReady() throws InterruptedException {
            while (true) {
                String line = output.poll(60, TimeUnit.SECONDS);
                if (line == null || line.equals(END_OF_OUTPUT)) {
                    throw new AssertionError("etcd is not ready:\n" + log);
                }
                log.append(line).append('\n');
                if (line.contains("ready to serve client requests")) {
                    return;
                }
            }
        }

        String log() {
            return log.toString();
        }

        String put(String key, String value) throws Exception {
            return ctl(List.of("put", key, value));
        }

        String get(String... arguments) throws Exception {
            return ctl(Stream.concat(Stream.of("get"), Arrays.stream(arguments)).toList());
        }

        private String ctl(List<String> arguments) throws Exception {
            List<String> command = new ArrayList<>();
            command.add(Peers.etcdctl().toString());
            command.add("--endpoints=" + endpoint);
            command.addAll(arguments);
            Process ctl = new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(ctl.getInputStream().readAllBytes(), UTF_8);
            assertThat(ctl.waitFor()).as(text).isZero();
            return text;
        }

        @Override
        public void close() {
            process.destroy();
            try {
                process.onExit().get(30, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                process.destroyForcibly();
                throw new AssertionError("etcd does not stop", e);
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
