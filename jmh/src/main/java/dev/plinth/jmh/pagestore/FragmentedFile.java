package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.Bucket;
import java.util.Objects;

/** A file with about 50,000 single free pages between pages that are used. */
final class FragmentedFile {
    private static final int KEYS = 100_000;

    private FragmentedFile() {}

    static void prepare(PlinthStore store) {
        store.durable(false);
        byte[] value = new byte[3000];
        long[] next = {0};
        while (next[0] < KEYS) {
            store.put(10_000, 0.5, () -> next[0]++, value);
        }
        store.database()
                .update(transaction -> {
                    Bucket bucket = Objects.requireNonNull(transaction.bucket(PlinthStore.BUCKET));
                    byte[] key = new byte[Workload.KEY_BYTES];
                    for (int i = 0; i < KEYS; i++) {
                        if (i / 2 % 2 == 0) {
                            Workload.key(i, key);
                            bucket.delete(key);
                        }
                    }
                });
        store.put(1, 0.5, () -> KEYS + 1, value);
    }
}
