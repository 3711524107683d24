package dev.plinth.walio;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Times each {@link WritePath} on the log's own directory: durable overwrites of one block, in
 * turns, in a file of zeros for each path that goes away again. Takes some {@code 40 * 4} syncs,
 * but no more than a third of a second on a slow disk. One thread.
 */
final class WritePathProbe {
    private static final int BLOCK = 4096;
    private static final int WARM_UP_ROUNDS = 8;
    private static final int ROUNDS = 32;
    private static final int ROUNDS_MIN = 3;
    private static final long BUDGET_NANOS = 333_000_000;

    private final Disk disk;
    private final Clock clock;
    private final Path directory;

    WritePathProbe(Disk disk, Clock clock, Path directory) {
        this.disk = disk;
        this.clock = clock;
        this.directory = directory;
    }

    private static final class Lane {
        final WritePath path;
        final Path name;
        final SegmentFile file;
        final List<Long> nanos = new ArrayList<>();

        Lane(WritePath path, Path name, SegmentFile file) {
            this.path = path;
            this.name = name;
            this.file = file;
        }

        WritePathChoice.Figure figure() {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return new WritePathChoice.Figure(path, sorted[sorted.length / 2]);
        }
    }

    /**
     * The paths that work here, with their figures.
     *
     * @return empty on a full disk
     * @throws IOException when writing fails for another reason: the log could not be written
     *     either
     */
    List<WritePathChoice.Figure> measure() throws IOException {
        List<Lane> lanes = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment zeros = arena.allocate((long) (WARM_UP_ROUNDS + ROUNDS) * BLOCK, BLOCK);
            for (WritePath path : WritePath.values()) {
                open(path, zeros).ifPresent(lanes::add);
            }
            MemorySegment block = arena.allocate(BLOCK, BLOCK).fill((byte) 1);
            run(lanes, block);
            return lanes.stream()
                    .filter(lane -> lane.file.path() == lane.path && !lane.nanos.isEmpty())
                    .map(Lane::figure)
                    .toList();
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOSPC && e.errno() != Errno.EDQUOT) {
                throw e;
            }
            return List.of();
        } finally {
            for (Lane lane : lanes) {
                lane.file.close();
                disk.unlink(lane.name);
            }
        }
    }

    private Optional<Lane> open(WritePath path, MemorySegment zeros) throws IOException {
        Path name = directory.resolve("probe-" + path.label() + ".tmp");
        SegmentFile file = SegmentFile.create(disk, name, path, true);
        try {
            file.writer().ftruncate(0);
            file.writer().pwrite(zeros, 0);
            file.writer().fsync();
            return Optional.of(new Lane(path, name, file));
        } catch (IOException | RuntimeException e) {
            file.close();
            disk.unlink(name);
            throw e;
        }
    }

    private void run(List<Lane> lanes, MemorySegment block) throws IOException {
        long end = clock.monotonicNanos() + BUDGET_NANOS;
        for (int round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
            boolean isLate = clock.monotonicNanos() > end;
            if (isLate && lanes.stream().allMatch(lane -> lane.nanos.size() >= ROUNDS_MIN)) {
                return;
            }
            for (int i = 0; i < lanes.size(); i++) {
                // Forwards and backwards in turn, so that nobody always follows the same one.
                Lane lane = lanes.get(round % 2 == 0 ? i : lanes.size() - 1 - i);
                long start = clock.monotonicNanos();
                lane.file.writeDurably(block, BLOCK, (long) round * BLOCK);
                long took = clock.monotonicNanos() - start;
                if (round >= WARM_UP_ROUNDS || isLate) {
                    lane.nanos.add(took);
                }
            }
        }
    }
}
