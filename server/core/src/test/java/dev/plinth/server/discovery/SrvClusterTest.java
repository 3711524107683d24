package dev.plinth.server.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.log.Log;
import dev.plinth.server.testing.QuietLog;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Founders by SRV records: from records that the test makes up, and from a name server of its own.
 */
class SrvClusterTest {
    private static final Log QUIET = QuietLog.create();

    /** Hosts are named hN and lie at 10.0.0.N. */
    private static final class MadeUp implements NameService {
        private final Map<String, List<Target>> services = new HashMap<>();

        @Override
        public List<Target> services(String name) throws IOException {
            List<Target> found = services.get(name);
            if (found == null) {
                throw new IOException("lookup " + name + ": no such host");
            }
            return found;
        }

        @Override
        public List<InetAddress> addresses(String host) throws IOException {
            if (host.startsWith("10.")) {
                return List.of(InetAddress.ofLiteral(host));
            }
            if (!host.matches("h[0-9]")) {
                throw new UnknownHostException(host);
            }
            return List.of(InetAddress.ofLiteral("10.0.0." + host.substring(1)));
        }
    }

    private final MadeUp names = new MadeUp();

    private String find(String suffix, String own, String advertised) throws DiscoveryException {
        return new SrvCluster(names, QUIET)
                .find("example.com", suffix, own, ListenUrl.parseList(advertised));
    }

    @Test
    void theOwnRecordGetsTheOwnNameAndTheOthersNumbers() throws DiscoveryException {
        names.services.put(
                "_etcd-server._tcp.example.com",
                List.of(
                        new NameService.Target("h1", 2380),
                        new NameService.Target("h2", 2380),
                        new NameService.Target("h3", 2380)));
        assertThat(find("", "two", "http://10.0.0.2:2380"))
                .isEqualTo("0=http://h1:2380,two=http://h2:2380,1=http://h3:2380");
        // The port belongs to the address.
        assertThatThrownBy(() -> find("", "two", "http://10.0.0.2:2381"))
                .hasMessage("cannot find local etcd member \"two\" in SRV records");
    }

    @Test
    void secureRecordsComeFirstAndTheSuffixNamesTheService() throws DiscoveryException {
        names.services.put(
                "_etcd-server-ssl-blue._tcp.example.com",
                List.of(new NameService.Target("h1", 2380), new NameService.Target("h9", 2380)));
        names.services.put(
                "_etcd-server-blue._tcp.example.com", List.of(new NameService.Target("h5", 2380)));
        assertThat(find("blue", "one", "https://10.0.0.1:2380"))
                .isEqualTo("one=https://h1:2380,0=https://h9:2380,0=http://h5:2380");
    }

    @Test
    void theOwnRecordUnderAnotherSchemeDoesNotCount() {
        names.services.put(
                "_etcd-server-ssl._tcp.example.com",
                List.of(new NameService.Target("h1", 2380), new NameService.Target("h2", 2380)));
        assertThatThrownBy(() -> find("", "one", "http://10.0.0.1:2380"))
                .hasMessage("cannot find local etcd member \"one\" in SRV records");
    }

    @Test
    void withoutRecordsBothFailuresAreTold() {
        assertThatThrownBy(() -> find("", "one", "http://10.0.0.1:2380"))
                .hasMessageContaining("_etcd-server-ssl._tcp.example.com: no such host")
                .hasMessageContaining("_etcd-server._tcp.example.com: no such host");
    }

    @Test
    void aNameServerIsAsked() throws Exception {
        Thread server;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            server = Thread.ofVirtual().start(() -> answer(socket));
            NameService dns = new DnsNameService("dns://127.0.0.1:" + socket.getLocalPort());
            assertThat(dns.services("_etcd-server._tcp.example.com"))
                    .containsExactly(new NameService.Target("host.example.com", 2380));
            assertThatThrownBy(() -> dns.services("_nobody._tcp.example.com"))
                    .hasMessageContaining("lookup _nobody._tcp.example.com: no such host");
        }
        server.join();
    }

    /**
     * One SRV record for names that begin with _etcd-server; for others, that they do not exist.
     */
    private static void answer(DatagramSocket socket) {
        byte[] buffer = new byte[512];
        while (!socket.isClosed()) {
            try {
                DatagramPacket question = new DatagramPacket(buffer, buffer.length);
                socket.receive(question);
                int end = 12;
                while (buffer[end] != 0) {
                    end += buffer[end] + 1;
                }
                end += 5;
                String label = new String(buffer, 13, buffer[12], StandardCharsets.US_ASCII);
                boolean isKnown = label.equals("_etcd-server");
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                DataOutputStream out = new DataOutputStream(bytes);
                out.write(buffer, 0, 2);
                out.writeShort(isKnown ? 0x8180 : 0x8183);
                out.writeShort(1);
                out.writeShort(isKnown ? 1 : 0);
                out.writeInt(0);
                out.write(buffer, 12, end - 12);
                if (isKnown) {
                    byte[] target = "\4host\7example\3com\0".getBytes(StandardCharsets.US_ASCII);
                    out.writeShort(0xc00c);
                    out.writeShort(33);
                    out.writeShort(1);
                    out.writeInt(60);
                    out.writeShort(6 + target.length);
                    out.writeShort(10);
                    out.writeShort(20);
                    out.writeShort(2380);
                    out.write(target);
                }
                byte[] reply = bytes.toByteArray();
                socket.send(new DatagramPacket(reply, reply.length, question.getSocketAddress()));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }
}
