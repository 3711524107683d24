package dev.plinth.server.bolt;

import dev.plinth.pagestore.Bucket;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoText;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code get}: one value. */
@Command(
        name = "get",
        header = "get the value of a key from a (sub)bucket in a bbolt database",
        customSynopsis = "get PATH [BUCKET..] KEY")
final class GetCommand extends ReadingCommand {
    @Option(
            names = "--format",
            paramLabel = "string",
            defaultValue = "auto",
            description = "Output format one of: " + ByteFormat.NAMES + " (default: auto)")
    private String format = "auto";

    @Option(
            names = "--parse-format",
            paramLabel = "string",
            defaultValue = "ascii-encoded",
            description = "Input format one of: ascii-encoded|hex")
    private String parseFormat = "ascii-encoded";

    private byte[] key = new byte[0];

    GetCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.atLeast(3);
    }

    @Override
    List<String> bucketPath() {
        return arguments().subList(1, arguments().size() - 1);
    }

    @Override
    void execute() throws CommandFailure {
        if (argument(0).isEmpty()) {
            throw new CommandFailure("path required");
        }
        key = ByteFormat.parse(arguments().getLast(), parseFormat);
        if (key.length == 0) {
            throw new CommandFailure("key is required: key required");
        }
        readBucket();
    }

    @Override
    void read(Bucket bucket) throws CommandFailure {
        MemorySegment value = bucket.get(key);
        if (value == null) {
            throw new CommandFailure(
                    "Error key not found for key: %s hex: \"%s\""
                            .formatted(GoText.quote(key), HexFormat.of().formatHex(key)));
        }
        ByteFormat.printLine(out(), value.toArray(ValueLayout.JAVA_BYTE), format);
    }
}
