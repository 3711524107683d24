package dev.plinth.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.plinth.mvcc.lease.LeaseTimeToLive;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases of the real etcd are read to the states and hashes that the real etcd reports. */
class DatabaseVectorTest {
    @TempDir private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "basic",
                "txn",
                "compact",
                "compact-head",
                "lease",
                "auth",
                "large",
                "interrupted"
            })
    void answersAsEtcdDoes(String name) {
        Vector vector = Vector.load(name);
        Path file = vector.unpack(directory);
        try (TestMember member = new TestMember(file)) {
            if (vector.expected().has("before_stop")) {
                assertThat(member.store().hash()).isEqualTo(wholeHash(vector));
            }
            member.finishCompactions();
            check(vector, member);
        }
        try (TestMember restarted = new TestMember(file)) {
            check(vector, restarted);
        }
    }

    private static long wholeHash(Vector vector) {
        JsonObject hash = vector.expected().getAsJsonObject("hash_whole_backend");
        JsonObject response = hash.has("response") ? hash.getAsJsonObject("response") : hash;
        return Vector.number(response, "hash");
    }

    private static void check(Vector vector, TestMember member) {
        KeyValueStore store = member.store();
        JsonObject expected = vector.expected();
        assertThat(store.currentRevision()).isEqualTo(Vector.number(expected, "current_revision"));
        assertThat(store.compactRevision()).isEqualTo(Vector.number(expected, "compact_revision"));
        for (JsonElement state : vector.array("states")) {
            checkState(vector, store, state.getAsJsonObject());
        }
        for (JsonElement hash : vector.array("hashkv")) {
            checkHash(store, hash.getAsJsonObject());
        }
        if (expected.has("lease_keys")) {
            checkLeases(expected, member);
        }
    }

    private static void checkState(Vector vector, KeyValueStore store, JsonObject state) {
        long revision = Vector.number(state, "revision");
        RangeQuery query = RangeQuery.of(new byte[] {0}, new byte[0], 0, revision);
        try (ReadView view = store.read()) {
            if (Vector.number(state, "status") != 200) {
                assertThatThrownBy(() -> view.range(query))
                        .as("revision %d", revision)
                        .isInstanceOf(MvccException.class)
                        .satisfies(e ->
                                assertThat(state.get("message").getAsString())
                                        .endsWith(Objects.requireNonNull(e.getMessage())));
                return;
            }
            RangeResult result = view.range(query);
            assertThat(result.count()).isEqualTo(Vector.number(state, "count"));
            assertThat(view.range(RangeQuery.count(new byte[] {0}, new byte[0], revision)).count())
                    .isEqualTo(result.count());
            List<String> lines = lines(result);
            if (state.has("sha256")) {
                assertThat(sha256(String.join("\n", lines)))
                        .isEqualTo(state.get("sha256").getAsString());
                return;
            }
            List<String> expected = new ArrayList<>();
            for (JsonElement kv : state.getAsJsonArray("kvs")) {
                expected.add(line(kv.getAsJsonObject()));
            }
            assertThat(lines).as("%s at %d", vector.name(), revision).isEqualTo(expected);
        }
    }

    private static List<String> lines(RangeResult result) {
        List<String> lines = new ArrayList<>();
        Base64.Encoder base64 = Base64.getEncoder();
        for (int i = 0; i < result.size(); i++) {
            lines.add(
                    "%s %d %d %d %s %d"
                            .formatted(
                                    base64.encodeToString(result.key(i)),
                                    result.createRevision(i),
                                    result.modRevision(i),
                                    result.version(i),
                                    base64.encodeToString(result.value(i)),
                                    result.lease(i)));
        }
        return lines;
    }

    private static String line(JsonObject kv) {
        Base64.Encoder base64 = Base64.getEncoder();
        return "%s %d %d %d %s %d"
                .formatted(
                        base64.encodeToString(Vector.bytes(kv, "key")),
                        Vector.number(kv, "create_revision"),
                        Vector.number(kv, "mod_revision"),
                        Vector.number(kv, "version"),
                        base64.encodeToString(Vector.bytes(kv, "value")),
                        Vector.number(kv, "lease"));
    }

    private static void checkHash(KeyValueStore store, JsonObject hash) {
        long revision = Vector.number(hash, "revision");
        if (Vector.number(hash, "status") != 200) {
            assertThatThrownBy(() -> store.hashKv(revision)).isInstanceOf(MvccException.class);
            return;
        }
        HashResult result = store.hashKv(revision);
        assertThat(result.hash()).as("HashKV(%d)", revision).isEqualTo(Vector.number(hash, "hash"));
        assertThat(result.compactRevision()).isEqualTo(Vector.number(hash, "compact_revision"));
        assertThat(result.currentRevision()).isEqualTo(Vector.number(hash, "header_revision"));
    }

    private static void checkLeases(JsonObject expected, TestMember member) {
        List<Long> ids = new ArrayList<>();
        expected.getAsJsonArray("leases").forEach(id -> ids.add(id.getAsLong()));
        assertThat(member.lessor().leases()).containsExactlyInAnyOrderElementsOf(ids);
        JsonObject keys = expected.getAsJsonObject("lease_keys");
        for (String id : keys.keySet()) {
            JsonObject lease = keys.getAsJsonObject(id);
            LeaseTimeToLive found =
                    Objects.requireNonNull(member.lessor().timeToLive(Long.parseLong(id), true, 0));
            assertThat(found.grantedTtlSeconds()).isEqualTo(Vector.number(lease, "grantedTTL"));
            List<String> names = new ArrayList<>();
            lease.getAsJsonArray("keys_unordered").forEach(key -> names.add(key.getAsString()));
            assertThat(found.keys().stream().map(Base64.getEncoder()::encodeToString))
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
