package dev.plinth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.client.Bytes;
import dev.plinth.client.CallOptions;
import dev.plinth.client.EtcdException;
import dev.plinth.client.PlinthClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PlinthServerTest {
    private static final Bytes KEY = Bytes.of("k");

    private static Set<Path> temporary() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("plinth-test"))
                    .collect(TreeSet::new, Set::add, Set::addAll);
        }
    }

    @Test
    void servesWhenItIsStartedAndLeavesNothingBehind() throws IOException {
        Set<Path> before = temporary();
        String endpoint;
        try (PlinthServer server = PlinthServer.start()) {
            endpoint = server.endpoint();
            server.client().kv().put(KEY, Bytes.of("v"));
            assertThat(server.client().kv().get(KEY).orElseThrow().value())
                    .isEqualTo(Bytes.of("v"));
            assertThat(temporary()).hasSizeGreaterThan(before.size());
        }
        assertThat(temporary()).isSubsetOf(before);
        try (PlinthClient late = PlinthClient.of(endpoint)) {
            PlinthClient hasty =
                    late.with(CallOptions.DEFAULT.withDeadline(Duration.ofMillis(100)));
            assertThatThrownBy(() -> hasty.kv().get(KEY))
                    .isInstanceOf(EtcdException.DeadlineExceeded.class);
        }
    }

    @Test
    void severalServersAreStrangers() {
        try (PlinthServer one = PlinthServer.start();
                PlinthServer two = PlinthServer.start()) {
            one.client().kv().put(KEY, Bytes.of("1"));
            assertThat(two.client().kv().get(KEY)).isEmpty();
        }
    }

    @Test
    void aClusterLosesAMemberAndGoesOn() {
        try (PlinthServer server = PlinthServer.builder().members(3).start()) {
            assertThat(server.endpoints()).hasSize(3);
            server.client().kv().put(KEY, Bytes.of("1"));
            server.stopMember(0);
            assertThat(server.client().kv().get(KEY).orElseThrow().value())
                    .isEqualTo(Bytes.of("1"));
            server.startMember(0);
            try (PlinthClient first = PlinthClient.of(server.endpoint())) {
                assertThat(first.kv().get(KEY).orElseThrow().value()).isEqualTo(Bytes.of("1"));
            }
            assertThatThrownBy(() -> server.startMember(0))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void dataInAFolderOfOnesOwnIsFoundAgain(@TempDir Path folder) {
        PlinthServer.Builder builder = PlinthServer.builder().dataDir(folder).durable();
        try (PlinthServer server = builder.start()) {
            server.client().kv().put(KEY, Bytes.of("kept"));
        }
        assertThat(folder.resolve("m1/member/wal")).isDirectory();
        try (PlinthServer server = builder.start()) {
            assertThat(server.client().kv().get(KEY).orElseThrow().value())
                    .isEqualTo(Bytes.of("kept"));
        }
    }

    @Test
    void flagsReachTheMemberAndItsLogTheTest() {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (PlinthServer server =
                PlinthServer.builder().flag("max-txn-ops", "1").log(log).start()) {
            assertThat(server.client().kv().get(KEY)).isEmpty();
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).contains("starting an etcd server");
        assertThatThrownBy(() -> PlinthServer.builder().flag("no-such", "1").start())
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("flag provided but not defined: -no-such");
    }
}
