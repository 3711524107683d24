import org.jspecify.annotations.NullMarked;

/** The Raft consensus core as a pure state machine: no input, output, clock or thread. */
@NullMarked
module dev.plinth.raft {
    requires static org.jspecify;

    exports dev.plinth.raft;
}
