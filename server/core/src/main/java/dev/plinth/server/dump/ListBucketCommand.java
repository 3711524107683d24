package dev.plinth.server.dump;

import dev.plinth.pagestore.Cursor;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code list-bucket}: the names of the buckets. */
@Command(
        name = "list-bucket",
        header = "bucket lists all buckets.",
        customSynopsis = "list-bucket [data dir or db file path]")
final class ListBucketCommand extends DumpDbCommand {
    ListBucketCommand(DumpContext context) {
        super(context, 1);
    }

    @Override
    void dump() throws Refusal, IOException {
        read(transaction -> {
            Cursor names = transaction.root().cursor();
            for (boolean more = names.first(); more; more = names.next()) {
                context().out().writeBytes(names.keyBytes());
                context().out().println();
            }
        });
    }
}
