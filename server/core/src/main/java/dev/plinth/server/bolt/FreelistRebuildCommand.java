package dev.plinth.server.bolt;

import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.surgery.Surgery;
import dev.plinth.server.cli.CommandFailure;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code surgery freelist rebuild}. */
@Command(name = "rebuild", header = "Rebuild the freelist", customSynopsis = "rebuild <bbolt-file>")
final class FreelistRebuildCommand extends SurgeryCommand {
    FreelistRebuildCommand(BoltContext context) {
        super(context);
    }

    @Override
    void execute() throws CommandFailure {
        requireOutput();
        Path source = source();
        operate(
                "",
                () -> {
                    if (new Surgery(disk(), source).hasFreelist()) {
                        throw new CommandFailure(
                                "the file already has freelist, please consider to abandon the"
                                        + " freelist to forcibly rebuild it");
                    }
                });
        copy("[freelist rebuild]");
        operate("[freelist rebuild] open db file failed: ", this::reopen);
        out().println("The freelist was successfully rebuilt.");
    }

    /** Opening for writing scans the tree for free pages and commits the list. */
    private void reopen() {
        Options options = Options.defaults().withLockWait(context().lockWait());
        Database.open(disk(), target(), options).close();
    }
}
