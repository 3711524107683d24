package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.check.Finding;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each recorded file is read to its recorded content, or refused with its recorded error. */
class VectorReadTest {
    private static final Options READ_ONLY = Options.defaults().withReadOnly(true);

    @TempDir Path directory;

    /** Digests of what was seen and the number of keys, by a walk with cursors. */
    private static final class Walk {
        final MessageDigest stream = sha256();
        long keys;
        long buckets;

        void bucket(Bucket bucket, JsonObject expected) {
            MessageDigest own = sha256();
            long ownKeys = 0;
            int child = 0;
            Cursor cursor = bucket.cursor();
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                byte[] key = cursor.keyBytes();
                if (cursor.isBucket()) {
                    JsonObject inner =
                            expected.getAsJsonArray("buckets").get(child++).getAsJsonObject();
                    assertThat(HexFormat.of().formatHex(key))
                            .isEqualTo(inner.get("nameHex").getAsString());
                    Bucket nested = Objects.requireNonNull(bucket.bucket(key));
                    assertThat(nested.isInline()).isEqualTo(inner.get("inline").getAsBoolean());
                    assertThat(Long.toUnsignedString(nested.sequence()))
                            .isEqualTo(inner.get("sequence").getAsString());
                    stream.update((byte) 2);
                    add(stream, key);
                    stream.update(ByteBuffer.allocate(8).putLong(nested.sequence()).array());
                    bucket(nested, inner);
                    stream.update((byte) 3);
                    buckets++;
                } else {
                    byte[] value = cursor.value().toArray(ValueLayout.JAVA_BYTE);
                    stream.update((byte) 1);
                    add(stream, key);
                    add(stream, value);
                    add(own, key);
                    add(own, value);
                    ownKeys++;
                }
            }
            assertThat(ownKeys).isEqualTo(expected.get("keys").getAsLong());
            assertThat(hex(own)).isEqualTo(expected.get("kvSha256").getAsString());
            keys += ownKeys;
        }
    }

    private LinuxDisk disk;

    @BeforeEach
    void openDisk() {
        disk = new LinuxDisk();
    }

    static Stream<String> databases() {
        return Vectors.databases().stream();
    }

    static Stream<String> databasesWithoutError() {
        return databases().filter(name -> !facts(name).has("openError"));
    }

    private static JsonObject facts(String name) {
        return Vectors.json(name + ".json").getAsJsonObject().getAsJsonObject("facts");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void contentOrErrorIsTheRecordedOne(String name) throws IOException {
        JsonObject facts = facts(name);
        Path path = Vectors.unpack(name, directory);
        byte[] before = Files.readAllBytes(path);
        if (facts.has("openError")) {
            Throwable refusal = catchThrowable(() -> Database.open(disk, path, READ_ONLY));
            assertThat(refusal).isInstanceOf(DatabaseException.class);
            assertThat(((DatabaseException) refusal).reason())
                    .isEqualTo(facts.get("openError").getAsString());
        } else if (facts.has("readError")) {
            Throwable damage = catchThrowable(() -> readAll(path, facts));
            assertThat(damage).isInstanceOf(DatabaseException.Corrupted.class);
            assertThat(damage).hasMessageContaining(path.toString());
        } else {
            readAll(path, facts);
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
    }

    private void readAll(Path path, JsonObject facts) {
        boolean damaged = facts.has("readError");
        try (Database database = Database.open(disk, path, READ_ONLY.withPreloadFreelist(true));
                ReadTransaction transaction = database.beginRead()) {
            if (damaged) {
                scan(transaction.root());
                return;
            }
            Walk walk = new Walk();
            walk.bucket(transaction.root(), facts.getAsJsonObject("root"));
            assertThat(hex(walk.stream)).isEqualTo(facts.get("streamSha256").getAsString());
            assertThat(walk.keys).isEqualTo(facts.get("totalKeys").getAsLong());
            assertThat(walk.buckets).isEqualTo(facts.get("totalBuckets").getAsLong());
        }
    }

    private static void scan(Bucket bucket) {
        Cursor cursor = bucket.cursor();
        for (boolean more = cursor.first(); more; more = cursor.next()) {
            if (cursor.isBucket()) {
                scan(Objects.requireNonNull(bucket.bucket(cursor.keyBytes())));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("databasesWithoutError")
    void checkFindsWhatTheReferenceFinds(String name) {
        Path path = Vectors.unpack(name, directory);
        List<String> found = new ArrayList<>();
        try (Database database = Database.open(disk, path, READ_ONLY);
                ReadTransaction transaction = database.beginRead()) {
            transaction.check(
                    new CheckOptions(0, true), (Finding finding) -> found.add(finding.text()));
        }
        JsonObject check =
                Vectors.json(name + ".json")
                        .getAsJsonObject()
                        .getAsJsonObject("cli")
                        .getAsJsonObject("check");
        if (check.has("crash")) {
            assertThat(found).isNotEmpty();
            return;
        }
        List<String> expected = new ArrayList<>(Vectors.text(name + ".check.txt").lines().toList());
        expected.remove("OK");
        expected.removeIf(line -> line.endsWith(" errors found"));
        assertThat(found).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("databasesWithoutError")
    void freePagesAreTheRecordedOnes(String name) {
        JsonObject vector = Vectors.json(name + ".json").getAsJsonObject();
        if (!vector.has("freePages")) {
            return;
        }
        Path path = Vectors.unpack(name, directory);
        try (Database database = Database.open(disk, path, READ_ONLY.withPreloadFreelist(true))) {
            List<String> ranges = new ArrayList<>();
            for (JsonElement range : vector.getAsJsonObject("freePages").getAsJsonArray("ranges")) {
                ranges.add(range.toString());
            }
            assertThat(ranges(database.freelist().freePages())).isEqualTo(ranges);
        }
    }

    private static List<String> ranges(long[] pages) {
        List<String> ranges = new ArrayList<>();
        for (int i = 0; i < pages.length; ) {
            int end = i;
            while (end + 1 < pages.length && pages[end + 1] == pages[end] + 1) {
                end++;
            }
            ranges.add("[" + pages[i] + "," + pages[end] + "]");
            i = end + 1;
        }
        return ranges;
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
