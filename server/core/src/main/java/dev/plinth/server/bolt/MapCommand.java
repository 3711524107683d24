package dev.plinth.server.bolt;

import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.pagestore.map.PageMap;
import dev.plinth.pagestore.map.PageMapHtml;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code map}: the file as a picture. The reference has no such command. */
@Command(
        name = "map",
        header = "draw the database file as a self-contained HTML page",
        description = {
            "map draws every page of the file as a cell coloured by its kind and fill, with free",
            "pages and their fragmentation, the shape of the trees and what the check finds.",
            "In a large file a cell stands for several neighbouring pages."
        },
        customSynopsis = "map <bbolt-file> -o <html-file>")
final class MapCommand extends BoltCommand {
    private static final int MODE = 0666;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "string",
            defaultValue = "",
            description = "path of the HTML file to write; one that is there is replaced")
    private String output = "";

    MapCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.exactly(1);
    }

    @Override
    protected List<String> requiredFlags() {
        return List.of("output");
    }

    @Override
    void execute() throws CommandFailure {
        if (output.isEmpty()) {
            throw new CommandFailure("output file required");
        }
        if (path(output)
                .toAbsolutePath()
                .normalize()
                .equals(source().toAbsolutePath().normalize())) {
            throw new CommandFailure("the output is the database file itself");
        }
        String html;
        try (InspectedFile file = inspectWithFreePages()) {
            html = PageMapHtml.of(PageMap.of(file));
        }
        write(html.getBytes(StandardCharsets.UTF_8));
    }

    private void write(byte[] bytes) throws CommandFailure {
        try (Arena arena = Arena.ofConfined();
                DiskFile file =
                        disk().open(
                                        path(output),
                                        MODE,
                                        OpenFlag.WRITE,
                                        OpenFlag.CREATE,
                                        OpenFlag.TRUNCATE)) {
            MemorySegment page = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            file.pwrite(page, 0);
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }
}
