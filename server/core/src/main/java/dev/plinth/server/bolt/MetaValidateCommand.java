package dev.plinth.server.bolt;

import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.surgery.MetaPage;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code surgery meta validate}. */
@Command(
        name = "validate",
        header = "Validate both meta pages",
        customSynopsis = "validate <bbolt-file>")
final class MetaValidateCommand extends BoltCommand {
    MetaValidateCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.exactly(1);
    }

    @Override
    void execute() throws CommandFailure {
        Path source = source();
        int pageSize = 0;
        for (int index = 0; index < 2; index++) {
            MetaPage page = read(source, index, pageSize);
            out().println(
                            page.validity() == Meta.Validity.OK
                                    ? "The meta page " + index + " is valid!"
                                    : "WARNING: The meta page %d isn't valid: %s!"
                                            .formatted(index, page.validity().text()));
            pageSize = page.fields().pageSize();
        }
    }

    private MetaPage read(Path source, int index, int pageSize) throws CommandFailure {
        try {
            return MetaPage.read(disk(), source, index, pageSize);
        } catch (Corrupted e) {
            throw new CommandFailure("read meta page " + index + " failed: " + e.reason());
        }
    }
}
