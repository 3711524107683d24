package dev.plinth.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]*)(#[^)\\s]+)?[^)]*\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile(
                    "(?m)^ *public (?:(?:static|final|sealed|non-sealed|abstract) )*"
                            + "(?:class|record|enum|interface|@interface) (\\w+)");

    private static Path top = Path.of("");
    private static List<Path> sources = List.of();

    @BeforeAll
    static void findSources() throws IOException {
        top = Launcher.ofProject().resolveSibling("");
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
                String place = links.group(2);
                if (target.contains("://")) {
                    continue;
                }
                Path meant = target.isEmpty() ? file : file.resolveSibling(target);
                if (!Files.exists(meant)
                        || (place != null && !anchors(meant).contains(place.substring(1)))) {
                    dead.add(top.relativize(file) + ": " + links.group());
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    /** What the headings of a document can be linked by. */
    private static Set<String> anchors(Path document) {
        Set<String> anchors = new TreeSet<>();
        Matcher headings = HEADING.matcher(text(document));
        while (headings.find()) {
            anchors.add(
                    headings.group(1)
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N} _-]", "")
                            .replace(' ', '-'));
        }
        return anchors;
    }

    @Test
    void everyPublicTypeIsDocumented() {
        List<String> bare = new ArrayList<>();
        int types = 0;
        for (Path file : java("/src/main/java/")) {
            String text = text(file);
            Matcher declared = PUBLIC_TYPE.matcher(text);
            while (declared.find()) {
                types++;
                String before = text.substring(0, declared.start());
                String between = before.substring(before.lastIndexOf("*/") + 2).strip();
                // Annotations alone may stand between the comment and the type.
                boolean isDocumented =
                        before.contains("/**")
                                && (between.isEmpty()
                                        || (between.startsWith("@") && !between.contains(";")));
                if (!isDocumented) {
                    bare.add(top.relativize(file) + ": " + declared.group(1));
                }
            }
        }
        assertThat(types).isGreaterThan(500);
        assertThat(bare).isEmpty();
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
