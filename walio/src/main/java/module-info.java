import org.jspecify.annotations.NullMarked;

/**
 * System calls and the etcd-format write-ahead log. The only module of Plinth that is granted
 * native access; {@code dev.plinth.walio.io} is the one door to the kernel.
 */
@NullMarked
module dev.plinth.walio {
    requires static org.jspecify;

    exports dev.plinth.walio;
    exports dev.plinth.walio.check;
    exports dev.plinth.walio.io;
    exports dev.plinth.walio.snap;
}
