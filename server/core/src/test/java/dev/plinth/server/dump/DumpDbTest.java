package dev.plinth.server.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Databases that etcd 3.5 wrote. */
class DumpDbTest {
    @TempDir Path directory;

    @BeforeEach
    void unpack() throws IOException {
        for (String name : new String[] {"basic", "auth", "lease", "compact"}) {
            try (InputStream stored =
                    Objects.requireNonNull(
                            DumpDbTest.class.getResourceAsStream("/dump/" + name + ".db.gz"))) {
                Files.write(
                        directory.resolve(name + ".db"),
                        new GZIPInputStream(stored).readAllBytes());
            }
        }
    }

    private String dump(String... words) {
        DumpRun run = DumpRun.database(directory, words);
        assertThat(run.stderr()).isEmpty();
        assertThat(run.exit()).isZero();
        return run.stdout();
    }

    private void assertRefused(String message, String... words) {
        DumpRun run = DumpRun.database(directory, words);
        assertThat(run.stderr()).isEqualTo(DumpRun.DATE + message + "\n");
        assertThat(run.exit()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"basic, 2528973064", "auth, 3510571873", "lease, 605705068", "compact, 2768149909"})
    void hashIsThatOfTheServer(String name, long hash) {
        String file = name + ".db";
        assertThat(dump("hash", file))
                .isEqualTo("db path: " + directory.resolve(file) + "\nHash: " + hash + "\n");
    }

    @Test
    void listsBucketsOfADataFolderToo() throws IOException {
        Path snap = Files.createDirectories(directory.resolve("data/member/snap"));
        Files.copy(directory.resolve("auth.db"), snap.resolve("db"));
        String names =
                """
                alarm
                auth
                authRoles
                authUsers
                cluster
                key
                lease
                members
                members_removed
                meta
                """;
        assertThat(dump("list-bucket", "auth.db")).isEqualTo(names);
        assertThat(dump("list-bucket", "data")).isEqualTo(names);
    }

    @Test
    void decodesEachBucketLastKeyFirst() {
        assertThat(dump("iterate-bucket", "auth.db", "auth", "--decode"))
                .isEqualTo("key=\"authRevision\", value=11\nkey=\"authEnabled\", value=[1]\n");
        assertThat(dump("iterate-bucket", "auth.db", "authRoles", "--decode"))
                .isEqualTo(
                        """
                        role="root", keyPermission=[]
                        role="app", keyPermission=[permType:READWRITE key:"app/" range_end:"app0"  key:"pub"  permType:WRITE key:"z" range_end:"\\000" ]
                        """);
        assertThat(dump("iterate-bucket", "auth.db", "authUsers", "--decode"))
                .contains("user=\"carol\", roles=[], option=no_password:true")
                .contains("user=\"root\", roles=[\"root\"], option=")
                .doesNotContain("$2a$");
        assertThat(dump("iterate-bucket", "lease.db", "lease", "--decode", "--limit", "2"))
                .isEqualTo(
                        """
                        lease ID=7fffffffffffffff, TTL=100000s, remaining TTL=0s
                        lease ID=00000000000003e9, TTL=7200s, remaining TTL=0s
                        """);
        assertThat(dump("iterate-bucket", "compact.db", "meta", "--decode"))
                .startsWith("key=\"term\", value=2\nkey=\"scheduledCompactRev\", value={9 0}\n")
                .contains("key=\"consistent_index\", value=22\n");
        assertThat(dump("iterate-bucket", "compact.db", "key", "--decode", "--limit=2"))
                .isEqualTo(
                        """
                        rev={Revision:{Main:17 Sub:0} tombstone:false}, value=[key "f" | val "f0" | created 17 | mod 17 | ver 1]
                        rev={Revision:{Main:16 Sub:0} tombstone:true}, value=[key "a" | val "" | created 0 | mod 0 | ver 0]
                        """);
    }

    @Test
    void leavesBytesAsTheyAreUnlessAskedToDecode() {
        assertThat(dump("iterate-bucket", "lease.db", "lease", "--limit", "1"))
                .isEqualTo(
                        "key=\"\\x7f\\xff\\xff\\xff\\xff\\xff\\xff\\xff\","
                                + " value=\"\\b\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x7f\\x10\\xa0\\x8d\\x06\"\n");
    }

    @Test
    void scansLeavesWithoutTheTree() {
        String all = dump("scan-keys", "basic.db", "0");
        assertThat(all.lines().count()).isGreaterThan(14);
        assertThat(dump("scan-keys", "basic.db", "15"))
                .matches(
                        "(pageID=\\d+, index=\\d+/\\d+, rev=\\{Revision:\\{Main:15 Sub:0}"
                                + " tombstone:true}, value=\\[key \"empty\" \\| val \"\" \\| created 0"
                                + " \\| mod 0 \\| ver 0]\n)+");
        assertThat(all).contains("[key \"foo\" | val \"bar\" | created 2 | mod 2 | ver 1]");
    }

    @Test
    void scanGoesOnBehindADamagedPage() throws IOException {
        byte[] content = Files.readAllBytes(directory.resolve("basic.db"));
        Arrays.fill(content, 2 * 4096, 2 * 4096 + 16, (byte) 0xEE);
        Files.write(directory.resolve("basic.db"), content);
        DumpRun run = DumpRun.database(directory, "scan-keys", "basic.db", "15");
        assertThat(run.stderr()).contains("Reading page 2 failed: ").contains(". Continuing...");
        assertThat(run.stdout()).contains("Main:15");
        assertThat(run.exit()).isZero();
    }

    @Test
    void refusesWithADatedLine() {
        assertRefused("\"nowhere.db\" does not exist", "hash", "nowhere.db");
        assertRefused("\"dir/member/snap/db\" does not exist", "list-bucket", "dir");
        assertRefused("Must provide at least 1 argument (got [])", "hash");
        assertRefused(
                "Must provide at least 2 arguments (got [basic.db])", "scan-keys", "basic.db");
        assertRefused("got nil bucket for nothing", "iterate-bucket", "basic.db", "nothing");
    }

    @Test
    void explainsItself() {
        assertThat(dump("--help")).contains("iterate-bucket", "list-bucket", "scan-keys", "hash");
        assertThat(dump("iterate-bucket", "--help")).contains("--limit uint", "--decode");
        assertThat(DumpRun.database(directory, "list").stderr())
                .startsWith("Error: unknown command \"list\" for \"dump-db\"")
                .contains("list-bucket");
    }
}
