package dev.plinth.server.bolt;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Cursor;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keys}: the keys of a bucket, names of buckets among them. */
@Command(
        name = "keys",
        header = "print a list of keys in the given (sub)bucket in bbolt database",
        customSynopsis = "keys <bbolt-file> <buckets>")
final class KeysCommand extends ReadingCommand {
    @Option(
            names = {"-f", "--format"},
            paramLabel = "string",
            defaultValue = "auto",
            description = "Output format one of: " + ByteFormat.NAMES)
    private String format = "auto";

    KeysCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.atLeast(2);
    }

    @Override
    List<String> bucketPath() {
        return arguments().subList(1, arguments().size());
    }

    @Override
    void execute() throws CommandFailure {
        readBucket();
    }

    @Override
    void read(Bucket bucket) throws CommandFailure {
        Cursor cursor = bucket.cursor();
        for (boolean found = cursor.first(); found; found = cursor.next()) {
            ByteFormat.printLine(out(), cursor.keyBytes(), format);
        }
    }
}
