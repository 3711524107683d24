package dev.plinth.server.bolt;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.surgery.FileCopy;
import dev.plinth.pagestore.surgery.Surgery;
import dev.plinth.pagestore.surgery.SurgeryException;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** A command that copies the file and changes the copy. */
abstract class SurgeryCommand extends BoltCommand {
    @Option(
            names = "--output",
            paramLabel = "string",
            defaultValue = "",
            description = "path to the filePath db file")
    private String output = "";

    SurgeryCommand(BoltContext context) {
        super(context);
    }

    /** An operation on the copy. */
    @FunctionalInterface
    interface Operation {
        /** Does it. */
        void run() throws CommandFailure;
    }

    @Override
    protected final ArgumentCount argumentCount() {
        return ArgumentCount.exactly(1);
    }

    @Override
    protected final List<String> requiredFlags() {
        List<String> required = new ArrayList<>(ownRequiredFlags());
        required.add("output");
        return required;
    }

    /** Flags that must be given, besides the output. */
    List<String> ownRequiredFlags() {
        return List.of();
    }

    final void requireOutput() throws CommandFailure {
        if (output.isEmpty()) {
            throw new CommandFailure(
                    "output database path wasn't given, specify output database file path with"
                            + " --output option");
        }
    }

    final Path target() {
        return path(output);
    }

    final Surgery surgeryOnTarget() {
        return new Surgery(disk(), target());
    }

    /** Copies the source to the output, which must not be there. */
    final void copy(String prefix) throws CommandFailure {
        Path source = source();
        try {
            if (disk().exists(target())) {
                throw new CommandFailure(
                        prefix
                                + " copy file failed: output file "
                                + GoText.quote(output)
                                + " already exists");
            }
            FileCopy.make(disk(), source, target());
        } catch (IOException | SurgeryException | DatabaseException e) {
            throw new CommandFailure(prefix + " copy file failed: " + e.getMessage());
        }
    }

    /** Runs an operation; its refusal gets the prefix. */
    static void operate(String prefix, Operation operation) throws CommandFailure {
        try {
            operation.run();
        } catch (SurgeryException e) {
            throw new CommandFailure(prefix + e.getMessage());
        } catch (DatabaseException.Corrupted e) {
            throw new CommandFailure(prefix + e.reason(), List.of("  " + e.getMessage()));
        } catch (DatabaseException e) {
            throw new CommandFailure(prefix + e.getMessage());
        }
    }

    final void adviseAbandon() {
        out().println("Please consider executing `./bbolt surgery freelist abandon ...`");
    }

    final void warnOfLostPages() {
        out().println(
                        "WARNING: The clearing has abandoned some pages that are not yet referenced from"
                                + " free list.");
        adviseAbandon();
    }
}
