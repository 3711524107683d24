package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.FreelistKind;
import dev.plinth.pagestore.Options;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The stores that are compared. */
final class Stores {
    private Stores() {}

    static Map<String, Store.Opener> all() {
        Map<String, Store.Opener> stores = new LinkedHashMap<>();
        stores.put("plinth", PlinthStore::etcdLike);
        return stores;
    }

    static Store plinthWithPersistedFreelist(Path directory) {
        return new PlinthStore(
                directory,
                Options.etcd()
                        .withPopulate(false)
                        .withFreelist(FreelistKind.BITMAP)
                        .withPersistFreelist(true));
    }
}
