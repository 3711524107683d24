package dev.plinth.nativebench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class CommandsTest {
    @TempDir Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        CommandLine commands = DiskMain.commandLine();
        commands.setOut(new PrintWriter(out, true));
        commands.setErr(new PrintWriter(errors, true));
        return commands.execute(arguments);
    }

    @Test
    void checkSaysWhatLiesBelow() {
        run("check", directory.toString());
        assertThat(out.toString()).contains("file system").contains("kernel").contains("space");
        assertThat(errors.toString()).isEmpty();
    }

    @Test
    void checkFailsOnAMemoryFileSystem() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(
                Files.isDirectory(memory) && Files.getFileStore(memory).type().equals("tmpfs"),
                "no tmpfs at hand");
        assertThat(run("check", memory.toString(), "-w", "json")).isEqualTo(1);
        assertThat(out.toString())
                .contains("\"worst\": \"error\"")
                .contains("\"check\": \"memory-file-system\"");
    }

    @Test
    void benchWritesAReport() {
        Path html = directory.resolve("report.html");
        int exit =
                run(
                        "bench",
                        directory.toString(),
                        "--seconds=1",
                        "--size=4096",
                        "--depth=1",
                        "--interfere=none",
                        "--file-size=4",
                        "--path=direct-dsync,buffered-dsync,fallocate",
                        "--html=" + html,
                        "-w",
                        "json");
        assertThat(exit).isBetween(0, 3);
        assertThat(out.toString()).startsWith("{").contains("\"path\": \"fallocate\"");
        assertThat(html).content().contains("</html>");
        assertThat(directory).isDirectoryNotContaining("glob:**bench*");
    }

    @Test
    void wrongOptionsAreNamed() {
        assertThat(run("bench", directory.toString(), "--size", "1000")).isEqualTo(2);
        assertThat(errors.toString()).contains("size 1000 is not a multiple of 512");
        assertThat(run("bench", directory.toString(), "--interfere", "loud")).isEqualTo(2);
        assertThat(errors.toString()).contains("no interference loud");
        assertThat(run()).isEqualTo(2);
        assertThat(errors.toString()).contains("a command is missing");
    }

    @Test
    void helpHasExamples() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("check").contains("plinth disk bench /var/lib/plinth");
    }
}
