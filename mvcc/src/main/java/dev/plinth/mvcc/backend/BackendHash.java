package dev.plinth.mvcc.backend;

import dev.plinth.mvcc.codec.Crc32c;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Transaction;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * The hash of the whole backend: for each bucket in order of the names the name, then each key and
 * value in key order, without the entries that members legitimately differ in.
 */
public final class BackendHash {
    private static final Set<byte[]> IGNORED_IN_META = ignored();

    private BackendHash() {}

    private static Set<byte[]> ignored() {
        Set<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        keys.add(MetaKeys.consistentIndex());
        keys.add(MetaKeys.term());
        keys.add(MetaKeys.storageVersion());
        return keys;
    }

    /** The hash of the state that a transaction sees. */
    public static long of(Transaction read) {
        Crc32c crc = new Crc32c();
        ByteView view = new ByteView();
        Cursor names = read.root().cursor();
        for (boolean more = names.first(); more; more = names.next()) {
            byte[] name = names.keyBytes();
            crc.update(name);
            Bucket bucket = read.bucket(name);
            if (bucket == null) {
                continue;
            }
            boolean isMeta = Arrays.equals(name, SchemaBucket.META.nameBytes());
            Cursor cursor = bucket.cursor();
            for (boolean entry = cursor.first(); entry; entry = cursor.next()) {
                if (isMeta && IGNORED_IN_META.contains(cursor.keyBytes())) {
                    continue;
                }
                cursor.key(view);
                crc.update(view.segment(), view.offset(), view.length());
                cursor.value(view);
                crc.update(view.segment(), view.offset(), view.length());
            }
        }
        return crc.value();
    }
}
