package dev.plinth.server.storage;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A file in the member's folder that is there from the moment when the cluster has agreed to take
 * the member back under another id until it has its vote again. A crash in between is made good by
 * the next start.
 */
public final class RejoinMark {
    private static final String VOTER = "rejoining";
    private static final String LEARNER = "rejoining-learner";

    private final Disk disk;
    private final Path folder;

    public RejoinMark(Disk disk, DataDir dir) {
        this.disk = disk;
        this.folder = dir.member();
    }

    public boolean isSet() throws IOException {
        return wantsVote() || disk.exists(folder.resolve(LEARNER));
    }

    /** Whether the member had a vote before. */
    public boolean wantsVote() throws IOException {
        return disk.exists(folder.resolve(VOTER));
    }

    /** Durable on return. One that is set stays as it is. */
    public void set(boolean wasLearner, String reason) throws IOException {
        if (isSet()) {
            return;
        }
        try (Arena arena = Arena.ofConfined();
                DiskFile file =
                        disk.open(
                                folder.resolve(wasLearner ? LEARNER : VOTER),
                                Disk.OWNER_FILE,
                                OpenFlag.WRITE,
                                OpenFlag.CREATE,
                                OpenFlag.TRUNCATE)) {
            byte[] text = (reason + "\n").getBytes(StandardCharsets.UTF_8);
            file.pwrite(arena.allocateFrom(ValueLayout.JAVA_BYTE, text), 0);
            file.fsync();
        }
        disk.syncDirectory(folder);
    }

    public void clear() throws IOException {
        for (String name : List.of(VOTER, LEARNER)) {
            if (disk.exists(folder.resolve(name))) {
                disk.unlink(folder.resolve(name));
            }
        }
        disk.syncDirectory(folder);
    }
}
