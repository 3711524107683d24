package dev.plinth.server.bolt;

import dev.plinth.pagestore.inspect.BucketStructure;
import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoText;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code inspect}: the tree of buckets as JSON. */
@Command(
        name = "inspect",
        header = "inspect the structure of the database",
        customSynopsis = "inspect <bbolt-file>")
final class InspectCommand extends BoltCommand {
    private static final String INDENT = "    ";

    InspectCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.exactly(1);
    }

    @Override
    void execute() throws CommandFailure {
        try (InspectedFile file = inspect()) {
            BucketStructure structure = file.structure();
            print(structure, "");
            out().println();
        }
    }

    private void print(BucketStructure bucket, String indent) {
        String inner = indent + INDENT;
        out().print("{\n" + inner + "\"name\": " + GoText.json(bucket.name()));
        out().print(",\n" + inner + "\"keyN\": " + bucket.keyCount());
        List<BucketStructure> children = bucket.children();
        if (!children.isEmpty()) {
            out().print(",\n" + inner + "\"buckets\": [");
            for (int i = 0; i < children.size(); i++) {
                out().print((i == 0 ? "\n" : ",\n") + inner + INDENT);
                print(children.get(i), inner + INDENT);
            }
            out().print("\n" + inner + "]");
        }
        out().print("\n" + indent + "}");
    }
}
