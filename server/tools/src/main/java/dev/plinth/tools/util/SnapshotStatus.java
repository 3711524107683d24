package dev.plinth.tools.util;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.mvcc.StoreCorruptedException;
import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.server.config.CompatVersion;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.print.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** {@code snapshot status}: checks a snapshot and says what is in it. Source: tools.md 3.1. */
final class SnapshotStatus {
    private final UtilContext context;

    SnapshotStatus(UtilContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("status <filename>", "Gets backend snapshot status of a given file")
                .describe(
                        """
                        When --write-out is set to simple, this command prints out comma-separated status lists for each endpoint.
                        The items in the lists are hash, revision, total keys, total size, version.
                        """)
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("snapshot status requires exactly one argument");
        }
        boolean isOldForm = UtilContext.compat(flags) == CompatVersion.V3_5;
        Path path = context.requireFile(flags.arguments().getFirst());
        Report report;
        try (Database database = context.openReadOnly(path, flags);
                ReadTransaction read = database.beginRead()) {
            requireSound(read);
            report = isOldForm ? oldReport(read) : report(read);
        } catch (DatabaseException | StoreCorruptedException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        } catch (InvalidProtocolBufferException e) {
            throw ToolFailure.error(
                    path + ": bucket key: a value is no key-value pair: " + e.getMessage());
        }
        context.print(flags, report);
    }

    private static void requireSound(ReadTransaction read) throws ToolFailure {
        List<String> findings = new ArrayList<>();
        read.check(CheckOptions.wholeFile(), finding -> findings.add(finding.text()));
        if (!findings.isEmpty()) {
            throw ToolFailure.error(
                    "snapshot file integrity check failed. %d errors found.\n%s"
                            .formatted(findings.size(), String.join("\n", findings)));
        }
    }

    private static Report report(ReadTransaction read) throws InvalidProtocolBufferException {
        Set<ByteString> live = new HashSet<>();
        Bucket keys = read.root().bucket(SchemaBucket.KEY.nameBytes());
        if (keys != null) {
            Cursor cursor = keys.cursor();
            for (boolean found = cursor.first(); found; found = cursor.next()) {
                MemorySegment key = cursor.key();
                RevisionKey.check(key, 0, key.byteSize());
                ByteString name =
                        KeyValue.parseFrom(cursor.value().toArray(ValueLayout.JAVA_BYTE)).getKey();
                if (RevisionKey.isTombstone(key, 0, key.byteSize())) {
                    live.remove(name);
                } else {
                    live.add(name);
                }
            }
        }
        return report(read, live.size()).text("version", "Version", "version", version(read));
    }

    /** What etcdutl 3.5 prints: every entry of every bucket is a key, versions are not known. */
    private static Report oldReport(ReadTransaction read) {
        LongAdder entries = new LongAdder();
        forEachBucket(read, (_, bucket) -> forEachEntry(bucket, _ -> entries.increment()));
        return report(read, entries.sum());
    }

    private static Report report(ReadTransaction read, long keys) {
        long hash = hash(read);
        long size = read.sizeBytes();
        return new Report()
                .number("hash", "Hash", "hash", Long.toHexString(hash), Long.toString(hash))
                .number("revision", "Revision", "revision", revision(read))
                .number("total keys", "Keys", "totalKey", keys)
                .number("total size", "Size", "totalSize", Rows.size(size), Long.toString(size));
    }

    private static long revision(ReadTransaction read) {
        Bucket keys = read.root().bucket(SchemaBucket.KEY.nameBytes());
        if (keys == null) {
            return 0;
        }
        Cursor cursor = keys.cursor();
        return cursor.last() ? RevisionKey.mainOf(cursor.keyBytes()) : 0;
    }

    private static String version(ReadTransaction read) {
        Bucket meta = read.root().bucket(SchemaBucket.META.nameBytes());
        @Nullable MemorySegment value = meta == null ? null : meta.get(MetaKeys.storageVersion());
        return value == null
                ? ""
                : new String(value.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    /** CRC-32C over each bucket's name and entries, in order. */
    private static long hash(ReadTransaction read) {
        CRC32C crc = new CRC32C();
        forEachBucket(
                read,
                (name, bucket) -> {
                    crc.update(name);
                    forEachEntry(
                            bucket,
                            entry -> {
                                crc.update(entry.key().asByteBuffer());
                                if (!entry.isBucket()) {
                                    crc.update(entry.value().asByteBuffer());
                                }
                            });
                });
        return crc.getValue();
    }

    private static void forEachBucket(ReadTransaction read, BiConsumer<byte[], Bucket> action) {
        Cursor buckets = read.root().cursor();
        for (boolean found = buckets.first(); found; found = buckets.next()) {
            byte[] name = buckets.keyBytes();
            @Nullable Bucket bucket = buckets.isBucket() ? read.root().bucket(name) : null;
            if (bucket != null) {
                action.accept(name, bucket);
            }
        }
    }

    private static void forEachEntry(Bucket bucket, Consumer<Cursor> action) {
        Cursor cursor = bucket.cursor();
        for (boolean found = cursor.first(); found; found = cursor.next()) {
            action.accept(cursor);
        }
    }
}
