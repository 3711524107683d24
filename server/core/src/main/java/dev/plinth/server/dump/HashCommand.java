package dev.plinth.server.dump;

import dev.plinth.mvcc.backend.BackendHash;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code hash}: the storage hash, without what members legitimately differ in. */
@Command(
        name = "hash",
        header = "hash computes the hash of db file.",
        customSynopsis = "hash [data dir or db file path]")
final class HashCommand extends DumpDbCommand {
    HashCommand(DumpContext context) {
        super(context, 1);
    }

    @Override
    void dump() throws Refusal, IOException {
        read(transaction -> {
            context().out().println("db path: " + file());
            context().out().println("Hash: " + BackendHash.of(transaction));
        });
    }
}
