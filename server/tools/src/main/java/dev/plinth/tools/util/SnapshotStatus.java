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
        Path path = context.requireFile(flags.arguments().getFirst());
        Report report;
        try (Database database = context.openReadOnly(path, flags);
                ReadTransaction read = database.beginRead()) {
            requireSound(read);
            report = report(read);
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
        long hash = hash(read);
        Bucket keys = read.root().bucket(SchemaBucket.KEY.nameBytes());
        long revision = 0;
        Set<ByteString> live = new HashSet<>();
        if (keys != null) {
            Cursor cursor = keys.cursor();
            for (boolean found = cursor.first(); found; found = cursor.next()) {
                MemorySegment key = cursor.key();
                RevisionKey.check(key, 0, key.byteSize());
                revision = RevisionKey.main(key, 0);
                ByteString name =
                        KeyValue.parseFrom(cursor.value().toArray(ValueLayout.JAVA_BYTE)).getKey();
                if (RevisionKey.isTombstone(key, 0, key.byteSize())) {
                    live.remove(name);
                } else {
                    live.add(name);
                }
            }
        }
        long size = read.sizeBytes();
        return new Report()
                .number("hash", "Hash", "hash", Long.toHexString(hash), Long.toString(hash))
                .number("revision", "Revision", "revision", revision)
                .number("total keys", "Keys", "totalKey", live.size())
                .number("total size", "Size", "totalSize", Rows.size(size), Long.toString(size))
                .text("version", "Version", "version", version(read));
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
        Cursor buckets = read.root().cursor();
        for (boolean found = buckets.first(); found; found = buckets.next()) {
            byte[] name = buckets.keyBytes();
            crc.update(name);
            Bucket bucket = buckets.isBucket() ? read.root().bucket(name) : null;
            if (bucket == null) {
                continue;
            }
            Cursor cursor = bucket.cursor();
            for (boolean inside = cursor.first(); inside; inside = cursor.next()) {
                crc.update(cursor.key().asByteBuffer());
                if (!cursor.isBucket()) {
                    crc.update(cursor.value().asByteBuffer());
                }
            }
        }
        return crc.getValue();
    }
}
