import org.jspecify.annotations.NullMarked;

/** Multi-version key-value store, watches and leases on the page store. */
@NullMarked
module dev.plinth.mvcc {
    requires static org.jspecify;
    requires transitive dev.plinth.pagestore;

    exports dev.plinth.mvcc;
    exports dev.plinth.mvcc.backend;
    exports dev.plinth.mvcc.codec;
    exports dev.plinth.mvcc.lease;
    exports dev.plinth.mvcc.quota;
    exports dev.plinth.mvcc.watch;
}
