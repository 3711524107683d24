package dev.plinth.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Launcher;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A follower that is 64 MiB behind gets one snapshot, however much is written while it is sent, and
 * neither side takes the size of it in memory. Times are looked at by {@code plinth bench catch-up}
 * alone.
 */
class CatchUpIT {
    private static final int BEHIND_MEBIBYTES = 64;

    /** So slow that more is written meanwhile than the log in memory keeps for anybody else. */
    private static final String SERVER_FLAGS =
            " server --snapshot-catchup-entries=100 --snapshot-send-rate=16777216";

    @TempDir Path dir;

    @Test
    void aSnapshotIsNeverInMemory() {
        StringWriter out = new StringWriter();
        int exit =
                new CommandLine(new CatchUpCommand())
                        .setOut(new PrintWriter(out))
                        .execute(
                                "--peer",
                                "plinth=" + Launcher.program() + SERVER_FLAGS,
                                "--dir=" + dir,
                                "--behind=" + BEHIND_MEBIBYTES,
                                "--val-size=8192",
                                "--seconds=1",
                                "--warm-up=2000",
                                "--pause");
        assertThat(exit).as("%s", out).isZero();
        System.out.println(out);
        String table = out.toString();
        assertThat(figure(table, "snapshots sent")).isEqualTo(1);
        assertThat(figure(table, "puts that failed")).isZero();
        assertThat(figure(table, "leader: extra, MiB")).isLessThan(BEHIND_MEBIBYTES / 2.0);
        assertThat(figure(table, "follower: extra, MiB")).isLessThan(BEHIND_MEBIBYTES / 2.0);
    }

    private static double figure(String table, String name) {
        return table.lines()
                .map(String::strip)
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().replace(",", ""))
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + table));
    }
}
