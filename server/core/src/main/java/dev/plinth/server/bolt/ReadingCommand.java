package dev.plinth.server.bolt;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.server.cli.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A command that reads a bucket of a database opened for reading. */
abstract class ReadingCommand extends BoltCommand {
    ReadingCommand(BoltContext context) {
        super(context);
    }

    abstract List<String> bucketPath();

    abstract void read(Bucket bucket) throws CommandFailure;

    final void readBucket() throws CommandFailure {
        Options options = Options.defaults().withReadOnly(true).withLockWait(context().lockWait());
        try (Database database = Database.open(disk(), source(), options);
                ReadTransaction transaction = database.beginRead()) {
            Bucket bucket = transaction.root();
            for (String name : bucketPath()) {
                bucket = bucket.bucket(name.getBytes(StandardCharsets.UTF_8));
                if (bucket == null) {
                    throw new CommandFailure("bucket not found");
                }
            }
            read(bucket);
        }
    }
}
