package dev.plinth.pagestore;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.format.Fnv1a;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.pagestore.inspect.RawPages;
import dev.plinth.pagestore.inspect.RawRun;
import dev.plinth.pagestore.map.PageMap;
import dev.plinth.pagestore.map.PageMapHtml;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Does everything with a file that may hold any bytes: opens, walks, measures, checks, looks at raw
 * pages, and, if it opens for writing, changes it. The only failures allowed are typed ones.
 */
final class HostileFile {
    private static final Path PATH = Path.of("/data/db");
    private static final int ELEMENTS_MAX = 20_000;
    private static final int META_END = Meta.SIZE;

    private final SimulatedDisk disk = new SimulatedDisk();
    private int elements;

    private HostileFile(byte[] content) throws IOException {
        disk.putDurableFile(PATH, content);
    }

    /**
     * Makes the checksums of the meta pages match what they say, wherever a page size puts them:
     * random changes reach no further than the checksum otherwise.
     */
    static void renewChecksums(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        MemorySegment segment = MemorySegment.ofArray(content);
        for (int page = 0; page + META_END <= content.length; page = Math.max(1024, 2 * page)) {
            int meta = page + PageHeader.SIZE;
            if (bytes.getInt(meta) == Meta.MAGIC) {
                bytes.putLong(meta + 56, Fnv1a.hash(segment, meta, 56));
            }
        }
    }

    /** Returns normally or fails with what must not happen. */
    static void exercise(byte[] content) {
        try {
            HostileFile file = new HostileFile(content);
            file.read();
            file.readRaw();
            file.write();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void read() {
        Options options = Options.defaults().withReadOnly(true);
        try (Database database = Database.open(disk, PATH, options);
                ReadTransaction transaction = database.beginRead()) {
            tolerate(() -> walk(transaction.root(), 0));
            elements = 0;
            tolerate(() -> walkBackwards(transaction.root()));
            tolerate(() -> transaction.root().stats());
            transaction.check(new CheckOptions(0, true), finding -> {});
        } catch (DatabaseException e) {
            // Refused, as it should be.
        }
    }

    private static void tolerate(Runnable action) {
        try {
            action.run();
        } catch (DatabaseException e) {
            // Found to be damaged.
        }
    }

    private void walk(Bucket bucket, int depth) {
        Cursor cursor = bucket.cursor();
        ByteView view = new ByteView();
        for (boolean more = cursor.first(); more && elements++ < ELEMENTS_MAX; ) {
            byte[] key = cursor.keyBytes();
            if (cursor.isBucket()) {
                if (depth < 5) {
                    // A key that is out of order may not be found again.
                    tolerate(() -> {
                        Bucket child = bucket.bucket(key);
                        if (child != null) {
                            walk(child, depth + 1);
                        }
                    });
                }
            } else {
                cursor.value(view);
                view.toByteArray();
                bucket.get(key, view);
            }
            more = cursor.next();
        }
    }

    private void walkBackwards(Bucket bucket) {
        Cursor cursor = bucket.cursor();
        for (boolean more = cursor.last(); more && elements++ < ELEMENTS_MAX; ) {
            cursor.keyBytes();
            more = cursor.previous();
        }
    }

    private void readRaw() {
        tolerate(() -> {
            try (RawPages file = RawPages.open(disk, PATH)) {
                for (long id = 0; id < Math.min(64, file.highWaterMark()); id++) {
                    long page = id;
                    tolerate(() -> look(file, page));
                }
            }
        });
        tolerate(() -> {
            LockWait wait = Options.defaults().lockWait();
            try (InspectedFile file = InspectedFile.open(disk, PATH, wait)) {
                tolerate(file::structure);
                tolerate(file::topLevelBuckets);
                tolerate(() -> file.forEachPage(row -> {}));
                tolerate(() -> PageMapHtml.of(PageMap.of(file)));
            }
        });
    }

    private static void look(RawPages file, long id) {
        try (RawRun page = file.read(id)) {
            for (int i = 0; i < page.count(); i++) {
                if (page.flags() == PageHeader.LEAF) {
                    page.key(i);
                    page.value(i);
                    if (page.isBucket(i)) {
                        page.bucketRoot(i);
                    }
                } else if (page.flags() == PageHeader.BRANCH) {
                    page.key(i);
                    page.child(i);
                }
            }
            if (page.flags() == PageHeader.FREELIST) {
                for (long i = 0; i < page.freelistCount(); i++) {
                    page.freelistId(i);
                }
            }
        }
    }

    private void write() {
        Options options = Options.defaults().withMaxSizeBytes(8 << 20);
        try (Database database = Database.open(disk, PATH, options)) {
            tolerate(() -> database.update(HostileFile::change));
            tolerate(() -> database.update(HostileFile::change));
        } catch (DatabaseException e) {
            // Refused, or found to be damaged.
        }
    }

    private static void change(WriteTransaction transaction) {
        Cursor cursor = transaction.root().cursor();
        int changed = 0;
        for (boolean more = cursor.first(); more && changed < 3; more = cursor.next()) {
            if (cursor.isBucket()) {
                Bucket bucket = transaction.bucket(cursor.keyBytes());
                if (bucket != null) {
                    bucket.put(new byte[] {1}, new byte[2000]);
                    delete(bucket);
                }
            }
            changed++;
        }
        Objects.requireNonNull(transaction.createBucketIfMissing(new byte[] {7}))
                .put(new byte[] {1}, new byte[10]);
    }

    private static void delete(Bucket bucket) {
        Cursor cursor = bucket.cursor();
        int deleted = 0;
        for (boolean more = cursor.first(); more && deleted < 30; more = cursor.next()) {
            if (cursor.isBucket()) {
                bucket.deleteBucket(cursor.keyBytes());
            } else {
                cursor.delete();
            }
            deleted++;
        }
    }
}
