package dev.plinth.server.bolt;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code check}. */
@Command(
        name = "check",
        header = "verify integrity of bbolt database data",
        customSynopsis = "check <bbolt-file>")
final class CheckCommand extends BoltCommand {
    @Option(
            names = "--from-page",
            paramLabel = "uint",
            defaultValue = "0",
            description = "check db integrity starting from the given page ID")
    private String fromPage = "0";

    private long findings;

    CheckCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.exactly(1);
    }

    @Override
    void execute() throws CommandFailure {
        try (InspectedFile file = inspectWithFreePages()) {
            CheckOptions options = new CheckOptions(GoNumbers.parseUint(fromPage), true);
            file.check(
                    options,
                    finding -> {
                        out().println(finding.text());
                        findings++;
                    });
        }
        if (findings > 0) {
            out().println(findings + " errors found");
            throw new CommandFailure("invalid value");
        }
        out().println("OK");
    }
}
