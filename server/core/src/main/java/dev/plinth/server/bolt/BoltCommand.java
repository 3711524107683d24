package dev.plinth.server.bolt;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.pagestore.surgery.MetaPage;
import dev.plinth.server.cli.CobraCommand;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoText;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What all commands share: paths, output, and words for what went wrong. */
abstract class BoltCommand extends CobraCommand {
    private final BoltContext context;

    BoltCommand(BoltContext context) {
        this.context = context;
    }

    /** Does the work; what the page store refuses becomes the command's error. */
    abstract void execute() throws CommandFailure;

    @Override
    protected final void run() throws CommandFailure {
        try {
            execute();
        } catch (DatabaseException e) {
            throw failure(e);
        } catch (InternalError e) {
            // A page of the mapping cannot be read: the device failed, or the file was cut.
            throw new CommandFailure(
                    argument(0) + ": a page cannot be read through the mapping: " + e.getMessage());
        }
    }

    final BoltContext context() {
        return context;
    }

    final Disk disk() {
        return context.disk();
    }

    final PrintStream out() {
        return context.out();
    }

    final Path path(String name) {
        return context.directory().resolve(name);
    }

    /** The first word as the path of a file that is there. */
    final Path source() throws CommandFailure {
        String name = argument(0);
        try {
            Path path = path(name);
            if (!disk().exists(path)) {
                throw new CommandFailure(
                        "source database file " + GoText.quote(name) + " doesn't exist");
            }
            return path;
        } catch (IOException e) {
            throw new CommandFailure(
                    "failed to open source database file "
                            + GoText.quote(name)
                            + ": "
                            + e.getMessage());
        }
    }

    /** Opens the first word's file, with its free pages read. */
    final InspectedFile inspectWithFreePages() throws CommandFailure {
        InspectedFile file = inspect();
        try {
            file.loadFreePages();
            return file;
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    final InspectedFile inspect() throws CommandFailure {
        return InspectedFile.open(disk(), source(), context.lockWait());
    }

    private CommandFailure failure(DatabaseException e) {
        return switch (e) {
            case DatabaseException.Invalid _,
                    DatabaseException.VersionMismatch _,
                    DatabaseException.ChecksumMismatch _ ->
                    new CommandFailure(e.reason(), metaFindings());
            case DatabaseException.BucketNotFound _,
                    DatabaseException.BucketExists _,
                    DatabaseException.IncompatibleValue _ ->
                    new CommandFailure(e.reason());
            default -> new CommandFailure(String.valueOf(e.getMessage()));
        };
    }

    /** What each meta page holds, for the operator of a file that cannot be opened. */
    private List<String> metaFindings() {
        List<String> findings = new ArrayList<>();
        int pageSize = 0;
        for (int index = 0; index < 2; index++) {
            String place = "  " + argument(0) + ": page " + index + ": ";
            try {
                MetaPage page = MetaPage.read(disk(), path(argument(0)), index, pageSize);
                pageSize = page.fields().pageSize();
                findings.add(
                        place
                                + (page.validity() == Meta.Validity.OK
                                        ? "sound, txid "
                                                + Long.toUnsignedString(page.fields().txid())
                                        : page.validity().text() + ": " + page.finding()));
            } catch (DatabaseException e) {
                findings.add(place + e.reason());
            }
        }
        return findings;
    }
}
