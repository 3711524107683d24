package dev.plinth.walio.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The real programs, as {@code .ci/get-peers.sh} unpacks them into the folder that the environment
 * variable {@code PLINTH_PEERS} names. Where it is unset a test that asks for a program is skipped
 * with a message; where {@code PLINTH_PEERS_REQUIRED} is set too, as under {@code .ci/run}, a
 * missing program fails it.
 */
public final class Peers {
    private static final String VARIABLE = "PLINTH_PEERS";

    private Peers() {}

    /** The real server, of version 3.5. */
    public static Path etcd() {
        return program("etcd");
    }

    /** Its command-line client. */
    public static Path etcdctl() {
        return program("etcdctl");
    }

    /** Its tool for files. */
    public static Path etcdutl() {
        return program("etcdutl");
    }

    /**
     * The Go tool; {@code $PLINTH_PEERS/gocode} beside it is a GOPATH that holds bbolt's source.
     */
    public static Path go() {
        return program("go");
    }

    private static Path program(String name) {
        @Nullable String folder = System.getenv(VARIABLE);
        if (folder == null || folder.isEmpty()) {
            return missing(
                    "needs the real "
                            + name
                            + ": run .ci/get-peers.sh DIR --bbolt and set "
                            + VARIABLE
                            + "=DIR");
        }
        Path program = Path.of(folder, "bin", name);
        return Files.isExecutable(program)
                ? program
                : missing(VARIABLE + " is " + folder + ", but " + program + " is not there");
    }

    private static Path missing(String why) {
        if (System.getenv("PLINTH_PEERS_REQUIRED") != null) {
            return Assertions.fail(why);
        }
        Assumptions.abort(why);
        throw new AssertionError("abort returns");
    }
}
