package dev.plinth.walio.check;

import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program of its own: prints its user's number and what the inspection sees of fast commits. */
final class FastCommitSeen {
    private FastCommitSeen() {}

    public static void main(String[] words) throws IOException {
        StorageInspector inspector = new StorageInspector(new LinuxSystemView(new LinuxDisk()));
        Ext4Facts facts = inspector.inspect(Path.of(words[0])).facts().ext4().orElseThrow();
        System.out.println(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid")
                        + " "
                        + facts.fastCommit()
                        + " "
                        + facts.fastCommitEvidence());
    }
}
