package dev.plinth.tools.util;

import dev.plinth.walio.Replay;
import dev.plinth.walio.SnapshotMark;
import dev.plinth.walio.SnapshotMarks;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a member's log holds from its last valid snapshot record on. */
final class MemberLog {
    private MemberLog() {}

    static Replay read(Disk disk, Path folder) throws IOException {
        List<SnapshotMark> marks = SnapshotMarks.valid(disk, folder);
        return Replay.read(disk, folder, marks.isEmpty() ? SnapshotMark.START : marks.getLast());
    }
}
