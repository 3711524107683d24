import org.jspecify.annotations.NullMarked;

/** A copy-on-write B+tree on memory-mapped pages whose file is a bbolt file. */
@NullMarked
module dev.plinth.pagestore {
    requires static org.jspecify;
    requires transitive dev.plinth.walio;

    exports dev.plinth.pagestore;
    exports dev.plinth.pagestore.check;
    exports dev.plinth.pagestore.format;
    exports dev.plinth.pagestore.inspect;
    exports dev.plinth.pagestore.map;
    exports dev.plinth.pagestore.surgery;
}
