package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.FreelistKind;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The stores that are compared. */
final class Stores {
    private Stores() {}

    static Map<String, Store.Opener> all() {
        Map<String, Store.Opener> stores = new LinkedHashMap<>();
        stores.put("plinth", folder -> new PlinthStore(folder, PlinthStore.etcdLike()));
        stores.put("lmdbjava", LmdbStore::new);
        stores.put("mvstore", MvStore::new);
        stores.put("rocksdb", RocksStore::new);
        return stores;
    }

    static Store plinthWithPersistedFreelist(Path directory) {
        return new PlinthStore(
                directory,
                PlinthStore.etcdLike().withFreelist(FreelistKind.BITMAP).withPersistFreelist(true));
    }
}
