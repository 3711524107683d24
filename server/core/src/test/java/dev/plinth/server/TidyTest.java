package dev.plinth.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.interop.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** House rules that no compiler holds: walks the sources of all modules. */
class TidyTest {
    private static final long FILE_BYTES_MAX = 1 << 20;
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)[^)]*\\)");

    private static Path top = Path.of("");
    private static List<Path> sources = List.of();

    @BeforeAll
    static void findSources() throws IOException {
        top = ServerProcess.launcher().resolveSibling("");
        try (Stream<Path> files = Files.walk(top)) {
            sources =
                    files.filter(Files::isRegularFile)
                            .filter(file -> !isGenerated(top.relativize(file)))
                            .toList();
        }
        assertThat(sources).as("sources below %s", top).hasSizeGreaterThan(100);
    }

    private static boolean isGenerated(Path file) {
        for (Path part : file) {
            if (Set.of("target", ".git", ".peers", ".idea").contains(part.toString())) {
                return true;
            }
        }
        return file.toString().contains(".etcd/");
    }

    private static List<Path> java(String part) {
        return sources.stream()
                .filter(file -> file.toString().endsWith(".java"))
                .filter(file -> file.toString().contains(part))
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }

    private static List<String> linesWith(List<Path> files, Pattern pattern) {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            int number = 0;
            for (String line : text(file).split("\n", -1)) {
                number++;
                if (pattern.matcher(line).find()) {
                    found.add(top.relativize(file) + ":" + number + ": " + line.strip());
                }
            }
        }
        return found;
    }

    @Test
    void everyPackageOfTheProductIsExplained() {
        Set<Path> missing = new TreeSet<>();
        for (Path file : java("/src/main/java/")) {
            if (!file.endsWith("module-info.java")
                    && !Files.exists(file.resolveSibling("package-info.java"))) {
                missing.add(top.relativize(file));
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void noTabsAndNothingThatIsToBeDone() {
        assertThat(linesWith(java("/src/main/"), Pattern.compile("\t"))).isEmpty();
        assertThat(linesWith(java("/src/main/"), Pattern.compile("\\b(TODO|FIXME|XXX)\\b")))
                .isEmpty();
    }

    @Test
    void standardOutIsTheCommandLinesAlone() {
        List<Path> rest =
                java("/src/main/java/").stream()
                        .filter(file ->
                                !file.toString()
                                        .matches(
                                                ".*/(boot|bench|ctl|util|bolt|dump|disk|nativebench|jmh|cluster/up)/.*"))
                        .toList();
        assertThat(linesWith(rest, Pattern.compile("System\\.(out|err)\\b"))).isEmpty();
    }

    @Test
    void noFileIsHuge() throws IOException {
        List<String> huge = new ArrayList<>();
        for (Path file : sources) {
            if (Files.size(file) > FILE_BYTES_MAX) {
                huge.add(top.relativize(file) + " " + Files.size(file));
            }
        }
        assertThat(huge).isEmpty();
    }

    @Test
    void linksInDocumentsLeadSomewhere() {
        List<String> dead = new ArrayList<>();
        for (Path file : sources) {
            if (!file.toString().endsWith(".md")) {
                continue;
            }
            Matcher links = LINK.matcher(text(file));
            while (links.find()) {
                String target = links.group(1);
                if (!target.contains("://") && !Files.exists(file.resolveSibling(target))) {
                    dead.add(top.relativize(file) + ": " + target);
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    @Test
    void noTemporaryFoldersOrHomesAreWrittenIntoTheCode() {
        assertThat(
                        linesWith(
                                java("/src/main/java/"),
                                Pattern.compile("\"/(tmp|root|home|work)(/|\")")))
                .isEmpty();
    }
}
