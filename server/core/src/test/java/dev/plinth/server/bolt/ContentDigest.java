package dev.plinth.server.bolt;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.walio.io.LinuxDisk;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** One digest over all buckets, sequences, keys and values, as the recorded facts have it. */
final class ContentDigest {
    private final MessageDigest digest;

    private ContentDigest() throws NoSuchAlgorithmException {
        digest = MessageDigest.getInstance("SHA-256");
    }

    static String of(Path file) {
        try (Database database =
                        Database.open(
                                new LinuxDisk(), file, Options.defaults().withReadOnly(true));
                ReadTransaction transaction = database.beginRead()) {
            ContentDigest content = new ContentDigest();
            content.add(transaction.root());
            return HexFormat.of().formatHex(content.digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void add(Bucket bucket) {
        Cursor cursor = bucket.cursor();
        for (boolean found = cursor.first(); found; found = cursor.next()) {
            byte[] key = cursor.keyBytes();
            if (cursor.isBucket()) {
                Bucket child = Objects.requireNonNull(bucket.bucket(key));
                digest.update((byte) 2);
                addSized(key);
                digest.update(ByteBuffer.allocate(8).putLong(child.sequence()).array());
                add(child);
                digest.update((byte) 3);
            } else {
                digest.update((byte) 1);
                addSized(key);
                addSized(cursor.value().toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    private void addSized(byte[] bytes) {
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
        digest.update(bytes);
    }
}
