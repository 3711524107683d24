package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.server.pem.PemException;
import dev.plinth.server.pem.PemKeys;
import dev.plinth.server.testing.TestAuthority;
import dev.plinth.walio.peers.LoopbackPorts;
import dev.plinth.walio.peers.Peers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Client connections under TLS: the real etcdctl and the JDK's client against the server. */
@Timeout(180)
class TlsIT {
    @TempDir Path dir;
    private TestAuthority authority;
    private TestAuthority.Identity server;
    private int port;

    @BeforeEach
    void makeCertificates() {
        authority = new TestAuthority(dir, "one");
        server = authority.issue("server", "server", "127.0.0.1", "localhost");
        port = LoopbackPorts.free();
    }

    private ServerProcess start(String... flags) {
        List<String> all = new ArrayList<>();
        all.add("--listen-client-urls=https://127.0.0.1:" + port);
        all.add("--advertise-client-urls=https://127.0.0.1:" + port);
        all.addAll(List.of(flags));
        return ServerProcess.plinth(dir.resolve("data"), all.toArray(String[]::new));
    }

    private String certFlag() {
        return "--cert-file=" + server.certificate();
    }

    private String keyFlag() {
        return "--key-file=" + server.key();
    }

    private CommandRun etcdctl(TestAuthority.@Nullable Identity as, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Peers.etcdctl().toString());
        command.add("--endpoints=https://127.0.0.1:" + port);
        command.add("--cacert=" + authority.certificate());
        command.add("--command-timeout=3s");
        command.add("--dial-timeout=3s");
        if (as != null) {
            command.add("--cert=" + as.certificate());
            command.add("--key=" + as.key());
        }
        command.addAll(Arrays.asList(arguments));
        return CommandRun.of(command, Map.of(), "");
    }

    private SSLContext context(TestAuthority.@Nullable Identity as) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "authority",
                PemKeys.certificates(Files.readAllBytes(authority.certificate())).getFirst());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(as == null ? null : keys(as).getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyManagerFactory keys(TestAuthority.Identity as)
            throws IOException, GeneralSecurityException, PemException {
        char[] none = {};
        KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
        own.load(null, null);
        X509Certificate certificate =
                PemKeys.certificates(Files.readAllBytes(as.certificate())).getFirst();
        own.setKeyEntry(
                "own",
                PemKeys.privateKey(Files.readAllBytes(as.key()), "EC"),
                none,
                new X509Certificate[] {certificate});
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, none);
        return keys;
    }

    private HttpResponse<String> http(
            HttpClient.Version version,
            TestAuthority.@Nullable Identity as,
            String path,
            @Nullable String body)
            throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(context(as)).version(version).build()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path));
            if (body != null) {
                request.POST(HttpRequest.BodyPublishers.ofString(body));
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** The serial number of the certificate that the server shows now. */
    private String shownSerial(SSLContext context) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSerialNumber()
                    .toString();
        }
    }

    @Test
    void grpcAndHttpOfBothVersionsShareThePort() throws Exception {
        try (ServerProcess plinth = start(certFlag(), keyFlag())) {
            assertThat(etcdctl(null, "put", "k", "v").succeeded().stdout()).isEqualTo("OK\n");
            assertThat(etcdctl(null, "get", "k").succeeded().stdout()).isEqualTo("k\nv\n");
            etcdctl(null, "endpoint", "health").succeeded();
            for (HttpClient.Version version :
                    List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
                HttpResponse<String> health = http(version, null, "/health", null);
                assertThat(health.version()).isEqualTo(version);
                assertThat(health.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
                assertThat(http(version, null, "/metrics", null).body())
                        .contains("etcd_server_has_leader 1");
                assertThat(http(version, null, "/v3/kv/range", "{\"key\":\"aw==\"}").body())
                        .contains("\"value\":\"dg==\"");
                assertThat(http(version, null, "/nowhere", null).statusCode()).isEqualTo(404);
            }
            assertThat(plinth.log())
                    .anyMatch(line -> line.contains("serving client traffic securely"));
        }
    }

    @Test
    void nothingIsServedInTheClear() throws Exception {
        try (ServerProcess plinth = start(certFlag(), keyFlag())) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream()
                        .write(
                                "GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                byte[] answer = socket.getInputStream().readAllBytes();
                assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP");
            }
            plinth.awaitLine("rejected connection on client endpoint");
            etcdctl(null, "put", "still", "served").succeeded();
        }
    }

    @Test
    void certificatesAreDemandedRevokedAndAllowedByName() throws Exception {
        TestAuthority.Identity good = authority.issue("good", "good", "good.example.org");
        TestAuthority.Identity bad = authority.issue("bad", "bad", "bad.example.org");
        TestAuthority.Identity foreign =
                new TestAuthority(dir, "other").issue("foreign", "x", "good.example.org");
        TestAuthority.Identity lost = authority.issue("lost", "lost", "good.example.org");
        Path revoked = dir.resolve("revoked.pem");
        authority.revoke(revoked);
        try (ServerProcess plinth =
                start(
                        certFlag(),
                        keyFlag(),
                        "--trusted-ca-file=" + authority.certificate(),
                        "--client-cert-allowed-hostname=good.example.org",
                        "--client-crl-file=" + revoked)) {
            assertThat(etcdctl(null, "get", "k").exitCode()).isNotZero();
            assertThat(etcdctl(foreign, "get", "k").exitCode()).isNotZero();
            assertThat(etcdctl(bad, "get", "k").exitCode()).isNotZero();
            plinth.awaitLine("client certificate authentication failed");
            etcdctl(good, "put", "k", "v").succeeded();
            etcdctl(lost, "put", "k", "v").succeeded();
            authority.revoke(revoked, lost.serial());
            assertThat(etcdctl(lost, "get", "k").exitCode()).isNotZero();
            plinth.awaitLine("certificate serial " + lost.serial().toString(16) + " revoked");
            etcdctl(good, "put", "k", "v").succeeded();
            Files.delete(revoked);
            assertThat(etcdctl(good, "get", "k").exitCode()).isNotZero();
        }
    }

    @Test
    void aCertificateNamesTheUser() throws Exception {
        TestAuthority.Identity root = authority.issue("root", "root");
        TestAuthority.Identity alice = authority.issue("alice", "alice");
        TestAuthority.Identity nameless = authority.issue("nameless", "");
        try (ServerProcess plinth =
                start(
                        certFlag(),
                        keyFlag(),
                        "--client-cert-auth",
                        "--bcrypt-cost=4",
                        "--trusted-ca-file=" + authority.certificate())) {
            for (String name : List.of("root", "alice")) {
                etcdctl(root, "user", "add", name, "--no-password").succeeded();
                etcdctl(root, "role", "add", name).succeeded();
                etcdctl(root, "user", "grant-role", name, name).succeeded();
            }
            etcdctl(root, "role", "grant-permission", "alice", "readwrite", "a").succeeded();
            assertThat(
                            http(
                                            HttpClient.Version.HTTP_1_1,
                                            alice,
                                            "/v3/kv/range",
                                            "{\"key\":\"YQ==\"}")
                                    .statusCode())
                    .isEqualTo(200);
            etcdctl(root, "auth", "enable").succeeded();
            etcdctl(alice, "put", "a", "v").succeeded();
            assertThat(etcdctl(alice, "put", "b", "v").stderr()).contains("permission denied");
            etcdctl(root, "put", "b", "v").succeeded();
            assertThat(etcdctl(nameless, "put", "a", "v").stderr()).contains("user name is empty");
            CommandRun lock = etcdctl(alice, "lock", "b", "true");
            assertThat(lock.stderr()).contains("permission denied");
            HttpResponse<String> refused =
                    http(HttpClient.Version.HTTP_2, alice, "/v3/kv/range", "{\"key\":\"YQ==\"}");
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).startsWith("CommonName of client sending a request");
            assertThat(plinth.log()).noneMatch(line -> line.contains("request failed"));
        }
    }

    @Test
    void aRenewedCertificateIsShownAtOnceAndAHalfRenewedOneNever() throws Exception {
        try (ServerProcess plinth = start(certFlag(), keyFlag())) {
            SSLContext context = context(null);
            assertThat(shownSerial(context)).isEqualTo(server.serial().toString());
            byte[] oldKey = Files.readAllBytes(server.key());
            TestAuthority.Identity renewed = authority.issue("server", "server", "127.0.0.1");
            byte[] newKey = Files.readAllBytes(server.key());
            Files.write(server.key(), oldKey);
            assertThat(shownSerial(context)).isEqualTo(server.serial().toString());
            plinth.awaitLine("those before stay in use");
            Files.write(server.key(), newKey);
            assertThat(shownSerial(context)).isEqualTo(renewed.serial().toString());
            etcdctl(null, "put", "k", "v").succeeded();
        }
    }

    @Test
    void versionsAreBounded() throws Exception {
        try (ServerProcess plinth =
                start(
                        certFlag(),
                        keyFlag(),
                        "--tls-max-version=TLS1.2",
                        "--cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")) {
            try (SSLSocket socket =
                    (SSLSocket) context(null).getSocketFactory().createSocket("127.0.0.1", port)) {
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
                assertThat(socket.getSession().getCipherSuite())
                        .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
            }
            etcdctl(null, "put", "k", "v").succeeded();
            try (SSLSocket socket =
                    (SSLSocket) context(null).getSocketFactory().createSocket("127.0.0.1", port)) {
                socket.setEnabledProtocols(new String[] {"TLSv1.3"});
                assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
            }
            assertThat(plinth.handle().isAlive()).isTrue();
        }
    }

    /** etcd uses the certificate that we made, and the other way round. */
    @Test
    void aMadeCertificateIsKeptForBothPrograms() throws Exception {
        String[] flags = {
            "--listen-client-urls=https://127.0.0.1:" + port,
            "--advertise-client-urls=https://127.0.0.1:" + port,
            "--auto-tls"
        };
        Path data = dir.resolve("data");
        String[] asPeer = Arrays.copyOf(flags, flags.length + 1);
        asPeer[flags.length] = "--compat-version=3.5";
        try (ServerProcess plinth = ServerProcess.plinth(data, asPeer)) {
            insecure("put", "k", "v").succeeded();
            assertThat(plinth.stop()).isEqualTo(143);
        }
        Path made = data.resolve("fixtures/client/cert.pem");
        byte[] before = Files.readAllBytes(made);
        try (ServerProcess etcd = ServerProcess.etcd(data, flags)) {
            assertThat(insecure("get", "k").succeeded().stdout()).isEqualTo("k\nv\n");
            assertThat(
                            CommandRun.of(
                                            List.of(
                                                    Peers.etcdctl().toString(),
                                                    "--endpoints=https://127.0.0.1:" + port,
                                                    "--cacert=" + made,
                                                    "get",
                                                    "k"),
                                            Map.of(),
                                            "")
                                    .succeeded()
                                    .stdout())
                    .isEqualTo("k\nv\n");
            etcd.stop();
        }
        assertThat(Files.readAllBytes(made)).isEqualTo(before);
    }

    private CommandRun insecure(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Peers.etcdctl().toString(),
                                "--endpoints=https://127.0.0.1:" + port,
                                "--insecure-transport=false",
                                "--insecure-skip-tls-verify"));
        command.addAll(List.of(arguments));
        return CommandRun.of(command, Map.of(), "");
    }

    @Test
    void socketsInTheFileSystemServeToo() throws Exception {
        Path clear = dir.resolve("clear.sock");
        Path secure = dir.resolve("secure.sock");
        Files.writeString(clear, "left by an earlier process");
        String urls = "unix://" + clear + ",unixs://" + secure;
        try (ServerProcess plinth =
                ServerProcess.plinth(
                        dir.resolve("data"),
                        "--listen-client-urls=" + urls,
                        "--advertise-client-urls=" + urls,
                        certFlag(),
                        keyFlag())) {
            for (String endpoint : List.of("unix://" + clear, "unixs://" + secure)) {
                List<String> command =
                        new ArrayList<>(
                                List.of(
                                        Peers.etcdctl().toString(),
                                        "--endpoints=" + endpoint,
                                        "put",
                                        "k",
                                        endpoint));
                if (endpoint.startsWith("unixs")) {
                    // etcdctl expects the name of the socket in the certificate.
                    command.add("--insecure-transport=false");
                    command.add("--insecure-skip-tls-verify");
                }
                CommandRun.of(command, Map.of(), "").succeeded();
            }
            assertThat(plinth.stop()).isEqualTo(143);
        }
        assertThat(clear).doesNotExist();
        assertThat(secure).doesNotExist();
    }

    @Test
    void httpAndMetricsHavePortsOfTheirOwn() throws Exception {
        int metricsPort = LoopbackPorts.free();
        int httpPort = LoopbackPorts.free();
        try (ServerProcess plinth =
                start(
                        certFlag(),
                        keyFlag(),
                        "--listen-client-http-urls=http://127.0.0.1:" + httpPort,
                        "--listen-metrics-urls=http://127.0.0.1:" + metricsPort)) {
            etcdctl(null, "put", "k", "v").succeeded();
            try (HttpClient client = HttpClient.newHttpClient()) {
                assertThat(get(client, metricsPort, "/health").statusCode()).isEqualTo(200);
                assertThat(get(client, metricsPort, "/metrics").body()).contains("etcd_server_id");
                assertThat(get(client, metricsPort, "/version").statusCode()).isEqualTo(404);
                assertThat(get(client, httpPort, "/version").statusCode()).isEqualTo(200);
                assertThat(get(client, httpPort, "/readyz").statusCode()).isEqualTo(200);
            }
            // HTTP that is not gRPC is told so on gRPC's port, as etcd does.
            assertThat(http(HttpClient.Version.HTTP_2, null, "/version", null).statusCode())
                    .isEqualTo(415);
            assertThat(plinth.handle().isAlive()).isTrue();
        }
    }

    private static HttpResponse<String> get(HttpClient client, int port, String path)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
