package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.server.testing.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members with TLS between them. */
class PeerTlsIT {
    private static final String HOST = "peer.example.org";

    @TempDir Path dir;

    private final List<ClusterNode> members = new ArrayList<>();

    @AfterEach
    void stop() {
        members.forEach(ClusterNode::close);
    }

    private void make() {
        members.add(ClusterNode.plinth("p1", dir).withSecurePeers());
        members.add(ClusterNode.plinth("p2", dir).withSecurePeers());
        members.add(ClusterNode.plinth("p3", dir).withSecurePeers());
    }

    private Path revoked() {
        return dir.resolve("revoked.pem");
    }

    /** Two members go by the name that a certificate has, the third by its host names. */
    private List<String> flags(
            ClusterNode node, TestAuthority authority, TestAuthority.Identity own) {
        return List.of(
                "--peer-crl-file=" + revoked(),
                "--peer-cert-file=" + own.certificate(),
                "--peer-key-file=" + own.key(),
                "--peer-trusted-ca-file=" + authority.certificate(),
                "--peer-client-cert-auth",
                node == members.get(2)
                        ? "--peer-cert-allowed-hostname=" + HOST
                        : "--peer-cert-allowed-cn=member");
    }

    private static void put(ClusterNode node, String key) {
        ByteString bytes = ByteString.copyFromUtf8(key);
        node.putPatiently(bytes, bytes);
    }

    @Test
    void certificatesOfOneAuthorityAreAskedOfBothSidesAndReadAgain()
            throws IOException, GeneralSecurityException {
        make();
        TestAuthority authority = new TestAuthority(dir, "one");
        TestAuthority.Identity first = authority.issue("first", "member", "127.0.0.1", HOST);
        authority.revoke(revoked());
        String cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", flags(node, authority, first)));
        members.forEach(node -> node.process().awaitReady());
        members.forEach(node -> put(node, "at " + node.name()));
        ClusterNode.assertSameHash(members);

        // A renewed certificate in the same files is shown from the next connection on.
        ClusterNode again = members.getFirst();
        assertThat(ShownCertificate.serial(again.peerUrl())).isEqualTo(first.serial());
        TestAuthority.Identity renewed = authority.issue("renewed", "member", "127.0.0.1", HOST);
        Files.move(renewed.key(), first.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.move(renewed.certificate(), first.certificate(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(ShownCertificate.serial(again.peerUrl())).isEqualTo(renewed.serial());
        again.process().kill();
        again.startAgain().process().awaitReady();
        put(again, "renewed");

        // One whom another authority vouches for, and one with another name, stay outside.
        again.process().kill();
        TestAuthority foreign = new TestAuthority(dir, "two");
        TestAuthority.Identity stranger = foreign.issue("stranger", "member", "127.0.0.1", HOST);
        again.start(cluster, "new", flags(again, foreign, stranger));
        members.get(1).process().awaitLine("rejected connection on peer endpoint");
        again.process().kill();
        int refusedBefore = refusals(members.get(1));
        int refusedByHostBefore = refusals(members.get(2));
        TestAuthority.Identity other = authority.issue("other", "somebody", "127.0.0.1");
        again.start(cluster, "new", flags(again, authority, other));
        members.get(1).process().awaitLine("rejected connection on peer endpoint", refusedBefore);
        members.get(2)
                .process()
                .awaitLine("rejected connection on peer endpoint", refusedByHostBefore);

        // So does one whose certificate was revoked in the file that the others read.
        again.process().kill();
        TestAuthority.Identity lost = authority.issue("lost", "member", "127.0.0.1", HOST);
        authority.revoke(revoked(), lost.serial());
        again.start(cluster, "new", flags(again, authority, lost));
        members.get(1)
                .process()
                .awaitLine("certificate serial " + lost.serial().toString(16) + " revoked");
        put(members.get(1), "the others go on");
    }

    @Test
    void membersWithCertificatesOfTheirOwnMakingTrustEachOther() {
        make();
        String cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", List.of("--peer-auto-tls")));
        members.forEach(node -> node.process().awaitReady());
        members.forEach(node -> {
            put(node, "at " + node.name());
            assertThat(dir.resolve(node.name()).resolve("fixtures/peer/cert.pem")).exists();
        });
        ClusterNode.assertSameHash(members);
    }

    private static int refusals(ClusterNode node) {
        return (int)
                node.process().log().stream()
                        .filter(line -> line.contains("rejected connection on peer endpoint"))
                        .count();
    }
}
