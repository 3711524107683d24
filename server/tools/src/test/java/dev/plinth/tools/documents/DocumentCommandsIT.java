package dev.plinth.tools.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Types what README and docs tell readers to type, block after block. Only the ports are others
 * than those printed. What is not typed says why, above the block: {@link CommandBlock}. And a
 * member is asked whether it tells the metrics that dashboard and alerts ask for.
 */
class DocumentCommandsIT {
    private static final Path TOP = Launcher.ofProject().resolveSibling("");
    private static final Pattern TOLD = Pattern.compile("(?m)^# TYPE (\\S+) ");
    private static final Pattern ASKED =
            Pattern.compile("\\b((?:etcd|plinth|grpc|process)_[a-z_]*?)(?:_bucket)?\\{");

    @TempDir private Path folder = Path.of("");

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(TOP.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(TOP.resolve("README.md")),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    /** Documents side by side: most of the time they wait for programs to start. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void whatDocumentsTellToTypeWorks() throws Exception {
        List<Future<Integer>> documents = new ArrayList<>();
        int typed = 0;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Path document : documents()) {
                Callable<Integer> work = () -> type(document);
                documents.add(pool.submit(work));
            }
            for (Future<Integer> document : documents) {
                typed += document.get();
            }
        }
        assertThat(typed).isGreaterThan(10);
    }

    private int type(Path document) throws Exception {
        String name = TOP.relativize(document).toString();
        List<CommandBlock> blocks = CommandBlock.of(Files.readAllLines(document));
        if (blocks.isEmpty()) {
            return 0;
        }
        Path own = Files.createDirectory(folder.resolve(name.replace('/', '-')));
        try (TypedDocument typing = new TypedDocument(name, own)) {
            for (CommandBlock block : blocks) {
                typing.type(block);
            }
        }
        return (int) blocks.stream().filter(CommandBlock::isTyped).count();
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void dashboardAndAlertsAskForMetricsThatThereAre() throws Exception {
        Path own = Files.createDirectory(folder.resolve("metrics"));
        Set<String> there;
        try (TypedDocument member = new TypedDocument("metrics", own)) {
            there = names(TOLD, member.metrics());
        }
        // Those of peers and of alarms have labels, and are there once there are peers and alarms.
        Path surface = TOP.resolve("server/core/src/test/resources/surface/metrics.tsv");
        there.addAll(names(Pattern.compile("(?m)^(\\S+)\t"), Files.readString(surface)));
        for (String file : List.of("dashboard.json", "alerts.yml")) {
            Set<String> asked =
                    names(ASKED, Files.readString(TOP.resolve("docs/monitoring").resolve(file)));
            assertThat(asked).as(file).hasSizeGreaterThan(10);
            assertThat(there).as(file).containsAll(asked);
        }
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
