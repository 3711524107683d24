package dev.plinth.server.bolt;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The files in {@code vectors/} of the page store's test resources. */
final class RecordedFiles {
    /** Every recorded database; the list is here because a jar has no directory to list. */
    static final List<String> DATABASES =
            List.of(
                    "bad-both-checksum",
                    "bad-both-magic",
                    "bad-both-mixed",
                    "bad-both-version",
                    "bad-meta0-16384",
                    "bad-meta0-active",
                    "bad-meta0-inactive",
                    "data-16384",
                    "deep-1024",
                    "deleted-bucket",
                    "double-freed",
                    "duplicate-key",
                    "empty-16384",
                    "empty-4096",
                    "etcd-3.5",
                    "first-key-below-ancestor",
                    "freelist",
                    "freelist-65534",
                    "freelist-65535",
                    "freelist-escape",
                    "freelist-type-in-tree",
                    "freelist-unsorted",
                    "freelist-wrong-type",
                    "hot-backup",
                    "inline-buckets",
                    "max-keys",
                    "multiple-references",
                    "nested-3",
                    "nofreelistsync",
                    "one-bucket",
                    "out-of-order-branch",
                    "out-of-order-leaf",
                    "out-of-range-leaf",
                    "overflow",
                    "reachable-freed",
                    "sequences",
                    "three-levels",
                    "truncated-1000",
                    "truncated-4096",
                    "truncated-7000",
                    "truncated-mid",
                    "unreachable-unfreed",
                    "wrong-page-id",
                    "wrong-page-type");

    private RecordedFiles() {}

    static byte @Nullable [] bytes(String name) {
        try (InputStream packed = open(name + ".gz");
                InputStream plain = open(name)) {
            if (packed != null) {
                return new GZIPInputStream(packed).readAllBytes();
            }
            return plain == null ? null : plain.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable InputStream open(String name) {
        return RecordedFiles.class.getResourceAsStream("/vectors/" + name);
    }

    static byte[] required(String name) {
        byte[] bytes = bytes(name);
        if (bytes == null) {
            throw new IllegalStateException("no recorded file " + name);
        }
        return bytes;
    }

    static JsonElement json(String name) {
        return JsonParser.parseString(new String(required(name), StandardCharsets.UTF_8));
    }

    static void unpack(String name, Path directory) {
        try {
            Files.write(directory.resolve(name + ".db"), required(name + ".db"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
