package dev.plinth.jmh.pagestore;

import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** H2's MVStore. */
final class MvStore implements Store {
    private final MVStore store;
    private final MVMap<byte[], byte[]> map;
    private boolean durable = true;

    MvStore(Path directory) {
        this.store =
                new MVStore.Builder()
                        .fileName(directory.resolve("mvstore").toString())
                        .autoCommitDisabled()
                        .cacheSize(256)
                        .open();
        this.map = store.openMap("bench");
    }

    @Override
    public void put(int count, double fill, LongSupplier keys, byte[] value) {
        for (int i = 0; i < count; i++) {
            byte[] key = new byte[Workload.KEY_BYTES];
            Workload.key(keys.getAsLong(), key);
            map.put(key, value.clone());
        }
        store.commit();
        if (durable) {
            store.sync();
        }
    }

    @Override
    public void durable(boolean value) {
        durable = value;
        store.sync();
    }

    @Override
    public long gets(int count) {
        byte[] key = new byte[Workload.KEY_BYTES];
        long sum = 0;
        for (int i = 0; i < count; i++) {
            Workload.key(Workload.randomKey(i), key);
            byte[] value = map.get(key);
            sum += value == null ? 0 : value.length;
        }
        return sum;
    }

    @Override
    public long scan() {
        long count = 0;
        long sum = 0;
        Cursor<byte[], byte[]> cursor = map.cursor(null);
        while (cursor.hasNext()) {
            cursor.next();
            sum += cursor.getValue().length;
            count++;
        }
        return Store.requireRead(count, sum);
    }

    @Override
    public void close() {
        store.close();
    }
}
