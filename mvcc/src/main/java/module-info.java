import org.jspecify.annotations.NullMarked;

/** Multi-version key-value store, watches and leases on the page store. */
@NullMarked
module dev.plinth.mvcc {
    requires static org.jspecify;
    requires transitive dev.plinth.pagestore;

    exports dev.plinth.mvcc;
}
