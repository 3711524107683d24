package dev.plinth.jmh.pagestore;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/** LMDB through lmdbjava, with its fastest kind of buffers. */
final class LmdbStore implements Store {
    private static final long MAP_BYTES = 4L << 30;

    private final File file;
    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(Workload.KEY_BYTES);
    private Env<ByteBuffer> env;
    private Dbi<ByteBuffer> table;

    LmdbStore(Path directory) {
        this.file = directory.resolve("lmdb").toFile();
        this.env = opened();
        this.table = env.openDbi("bench", DbiFlags.MDB_CREATE);
    }

    private Env<ByteBuffer> opened(EnvFlags... flags) {
        EnvFlags[] all = java.util.Arrays.copyOf(flags, flags.length + 1);
        all[flags.length] = EnvFlags.MDB_NOSUBDIR;
        return Env.create().setMapSize(MAP_BYTES).setMaxDbs(1).open(file, all);
    }

    @Override
    public void put(int count, double fill, LongSupplier keys, byte[] value) {
        byte[] key = new byte[Workload.KEY_BYTES];
        ByteBuffer valueBuffer = ByteBuffer.allocateDirect(value.length).put(value).flip();
        try (Txn<ByteBuffer> transaction = env.txnWrite()) {
            for (int i = 0; i < count; i++) {
                Workload.key(keys.getAsLong(), key);
                table.put(transaction, keyBuffer.clear().put(key).flip(), valueBuffer);
            }
            transaction.commit();
        }
    }

    @Override
    public void durable(boolean durable) {
        env.close();
        env = durable ? opened() : opened(EnvFlags.MDB_NOSYNC);
        table = env.openDbi("bench", DbiFlags.MDB_CREATE);
    }

    @Override
    public long gets(int count) {
        byte[] key = new byte[Workload.KEY_BYTES];
        long sum = 0;
        try (Txn<ByteBuffer> transaction = env.txnRead()) {
            for (int i = 0; i < count; i++) {
                Workload.key(Workload.randomKey(i), key);
                ByteBuffer value = table.get(transaction, keyBuffer.clear().put(key).flip());
                sum += value == null ? 0 : value.remaining();
            }
        }
        return sum;
    }

    @Override
    public long scan() {
        long count = 0;
        long sum = 0;
        try (Txn<ByteBuffer> transaction = env.txnRead();
                Cursor<ByteBuffer> cursor = table.openCursor(transaction)) {
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                sum += cursor.val().remaining();
                count++;
            }
        }
        return Store.requireRead(count, sum);
    }

    @Override
    public void close() {
        env.close();
    }
}
