package dev.plinth.server.storage;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.pagestore.Options;
import dev.plinth.walio.WalOptions;

/**
 * Sizes and ways of the log and the database that no flag sets.
 *
 * @param wal sizes of the log's files, and whether a thread fills them ahead
 * @param database how the page file is opened
 * @param backend when buffered changes become durable; the batch of the flags goes before it
 */
public record EngineOptions(WalOptions wal, Options database, BackendOptions backend) {
    /** What a server runs with. */
    public static final EngineOptions SERVER =
            new EngineOptions(
                    WalOptions.defaults(), Backend.databaseOptions(), BackendOptions.DEFAULT);
}
