package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same transactions give the same file as the reference's, byte for byte, after each commit.
 */
class ReplayTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"replay-append", "replay-random", "replay-shrink", "replay-inline"})
    void sameTransactionsGiveTheSameFile(String name) throws Exception {
        JsonObject replay = Vectors.json(name + ".json").getAsJsonObject();
        long allocationStep = replay.get("allocSize").getAsLong();
        Options options =
                Options.defaults()
                        .withPageSize(replay.get("pageSize").getAsInt())
                        .withAllocationStepBytes(
                                allocationStep == 0
                                        ? Options.ALLOCATION_STEP_BYTES
                                        : allocationStep)
                        .withStrict(true);
        byte[] bucketName = bytes(replay.get("bucket").getAsString());
        Path path = directory.resolve("db");
        try (Database database = Database.open(new LinuxDisk(), path, options)) {
            int step = 0;
            for (JsonElement each : replay.getAsJsonArray("steps")) {
                play(database, bucketName, each.getAsJsonObject());
                check(path, replay.get("pageSize").getAsInt(), each, name + " step " + step++);
            }
        }
    }

    private static void play(Database database, byte[] bucketName, JsonObject step) {
        try (WriteTransaction transaction = database.beginWrite()) {
            Bucket bucket = transaction.createBucketIfMissing(bucketName);
            bucket.setFillPercent(step.get("fillPercent").getAsDouble());
            for (JsonElement each : step.getAsJsonArray("ops")) {
                JsonObject op = each.getAsJsonObject();
                byte[] key = bytes(op.get("k").getAsString());
                if (op.get("op").getAsString().equals("put")) {
                    byte[] value = new byte[op.has("n") ? op.get("n").getAsInt() : 0];
                    if (value.length > 0) {
                        Arrays.fill(value, (byte) op.get("c").getAsString().charAt(0));
                    }
                    bucket.put(key, value);
                } else {
                    bucket.delete(key);
                }
            }
            transaction.commit();
        }
    }

    private static void check(Path path, int pageSize, JsonElement step, String what)
            throws Exception {
        JsonObject after = step.getAsJsonObject().getAsJsonObject("after");
        byte[] content = read(path);
        assertThat(content.length).as(what).isEqualTo(after.get("fileSize").getAsInt());
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(content, 0, after.get("pgid").getAsInt() * pageSize);
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .as(what)
                .isEqualTo(after.get("sha256").getAsString());
    }

    private static byte[] read(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] content = new byte[Math.toIntExact(file.length())];
            file.readFully(content);
            return content;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
