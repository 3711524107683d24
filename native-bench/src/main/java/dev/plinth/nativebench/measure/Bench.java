package dev.plinth.nativebench.measure;

import dev.plinth.walio.check.StorageInspector;
import dev.plinth.walio.check.StorageReport;
import dev.plinth.walio.check.SystemView;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;
import org.HdrHistogram.Histogram;

/**
 * Runs a measurement.
 *
 * <p>For each load all write paths take turns in slices of some 40 ms, in an order drawn anew each
 * round, until the load's share of the time is over. A disturbance from outside lasts longer than a
 * slice and so falls on all paths alike; two paths are compared within a load, never across runs. A
 * slice that does not sync is followed by a sync that is not timed, so that its data does not
 * burden the next one.
 *
 * <p>One object is one run, driven by one thread.
 */
public final class Bench {
    private static final long SLICE_NANOS = 40_000_000;
    private static final int WARM_UP_ROUNDS = 1;

    /** The load that the verdict stands on gets more time, for its far percentiles. */
    private static final int BASE_WEIGHT = 3;

    private static final int ALIGNMENT = 4096;

    /** Told of the progress, often; called by the bench's thread. */
    public interface Listener {
        /**
         * Something is going on.
         *
         * @param doneShare 0 to 1
         * @param what a few words
         */
        void progress(double doneShare, String what);
    }

    private final Disk disk;
    private final Clock clock;
    private final SystemView system;
    private final Listener listener;
    private final BenchOptions options;
    private final Map<WritePath, Lane> lanes = new EnumMap<>(WritePath.class);
    private final Map<WritePath, String> unavailable = new EnumMap<>(WritePath.class);
    private final Histogram slice = Cell.newHistogram();
    private long startNanos;

    /** A run through the given doors. */
    public Bench(
            Disk disk, Clock clock, SystemView system, Listener listener, BenchOptions options) {
        this.disk = disk;
        this.clock = clock;
        this.system = system;
        this.listener = listener;
        this.options = options;
    }

    /**
     * Measures everything asked for. Files are gone afterwards, also after an error.
     *
     * @param work directory to make, below the one of the options
     * @param neighbourWork the same for the second writer; may be equal
     */
    public BenchResult run(Path work, Path neighbourWork, String machine) throws IOException {
        StorageReport storage = new StorageInspector(system).inspect(options.directory());
        requireSpace(storage.facts().space().availableBytes());
        long wallMillis = clock.wallMillis();
        listener.progress(0, "preparing files");
        try (BenchFiles files = new BenchFiles(disk, work, options.fileBytes());
                Arena arena = Arena.ofShared();
                WriterTeam team = new WriterTeam(clock, Collections.max(options.depths()))) {
            files.create(clock);
            if (!neighbourWork.equals(work)) {
                disk.createDirectory(neighbourWork, Disk.OWNER_DIRECTORY);
            }
            MemorySegment bytes = arena.allocate(Load.SIZE_MAX, ALIGNMENT);
            Noise.fill(bytes, options.seed());
            Optional<ProcessorTime> before = ProcessorTime.now(system);
            List<Cell> cells = measureAll(files, neighbourWork, bytes, team);
            Optional<ProcessorTime> after = ProcessorTime.now(system);
            return new BenchResult(
                    wallMillis,
                    machine,
                    options,
                    storage,
                    files.directRefusal() == null ? files.directAlignmentBytes() : 0,
                    files.zeroFillBytesPerSecond(),
                    share(before, after, ProcessorTime::busyShareSince),
                    share(before, after, ProcessorTime::stolenShareSince),
                    cells,
                    unavailable);
        } finally {
            if (!neighbourWork.equals(work)) {
                BenchFiles.remove(disk, neighbourWork);
            }
        }
    }

    private static double share(
            Optional<ProcessorTime> before,
            Optional<ProcessorTime> after,
            ToDoubleBiFunction<ProcessorTime, ProcessorTime> share) {
        return before.isPresent() && after.isPresent()
                ? share.applyAsDouble(after.get(), before.get())
                : 0;
    }

    /** Removes what a run has left in a directory that it made; nothing if it is gone. */
    public static void remove(Disk disk, Path work) throws IOException {
        BenchFiles.remove(disk, work);
    }

    private void requireSpace(long availableBytes) throws IOException {
        if (availableBytes < options.bytesNeeded()) {
            throw new IOException(
                    "the bench needs "
                            + (options.bytesNeeded() >> 20)
                            + " MiB in "
                            + options.directory()
                            + ", "
                            + (availableBytes >> 20)
                            + " MiB are free");
        }
    }

    private List<Cell> measureAll(
            BenchFiles files, Path neighbourWork, MemorySegment bytes, WriterTeam team)
            throws IOException {
        findUnavailable(files, bytes);
        List<Load> loads = options.loads();
        int shares = loads.stream().mapToInt(Bench::weight).sum();
        long nanosPerShare = options.seconds() * 1_000_000_000L / shares;
        startNanos = clock.monotonicNanos();
        List<Cell> cells = new ArrayList<>();
        try (NativeWriter nativeWriter = nativeWriter(files, bytes)) {
            int sharesDone = 0;
            for (Load load : loads) {
                try (SecondWriter _ =
                        new SecondWriter(
                                disk,
                                clock,
                                neighbourWork,
                                options.fileBytes(),
                                load.interference())) {
                    Turn turn = new Turn(load, files, bytes, team, nativeWriter);
                    double from = (double) sharesDone / shares;
                    double to = (double) (sharesDone + weight(load)) / shares;
                    cells.addAll(turn.run(nanosPerShare * weight(load), from, to));
                }
                sharesDone += weight(load);
            }
        }
        return cells;
    }

    private static int weight(Load load) {
        return load.depth() == 1 && load.sizeBytes() == 4096 ? BASE_WEIGHT : 1;
    }

    /** Tries each path once; what the kernel refuses is left out, with its words. */
    private void findUnavailable(BenchFiles files, MemorySegment bytes) {
        for (WritePath path : options.paths()) {
            lanes.put(path, new Lane(path.content(), files.fileBytes()));
            if (path.isDirect() && files.directRefusal() != null) {
                unavailable.put(path, "O_DIRECT refused: " + files.directRefusal());
            } else if (path == WritePath.NATIVE_LOOP) {
                if (!NativeLoop.isSupported()) {
                    unavailable.put(path, "written for x86-64 only");
                }
            } else {
                try {
                    writer(path, files).write(bytes.asSlice(0, ALIGNMENT), 0);
                    files.renew(path.content());
                } catch (IOException e) {
                    unavailable.put(path, String.valueOf(e.getMessage()));
                }
            }
        }
    }

    private PathWriter writer(WritePath path, BenchFiles files) {
        Lane lane = lanes.computeIfAbsent(path, p -> new Lane(p.content(), files.fileBytes()));
        return new PathWriter(clock, path, files.file(path.content()), lane);
    }

    /** The native loop over the direct file, or one that does nothing where there is none. */
    private NativeWriter nativeWriter(BenchFiles files, MemorySegment bytes) {
        boolean wanted =
                options.paths().contains(WritePath.NATIVE_LOOP)
                        && !unavailable.containsKey(WritePath.NATIVE_LOOP);
        return new NativeWriter(wanted ? files.directPath() : null, bytes, files.fileBytes());
    }

    /** All paths under one load. */
    private final class Turn {
        private final Load load;
        private final BenchFiles files;
        private final MemorySegment bytes;
        private final WriterTeam team;
        private final NativeWriter nativeWriter;
        private final Map<WritePath, Cell> cells = new EnumMap<>(WritePath.class);

        Turn(
                Load load,
                BenchFiles files,
                MemorySegment bytes,
                WriterTeam team,
                NativeWriter nativeWriter) {
            this.load = load;
            this.files = files;
            this.bytes = bytes.asSlice(0, load.sizeBytes());
            this.team = team;
            this.nativeWriter = nativeWriter;
        }

        List<Cell> run(long budgetNanos, double from, double to) throws IOException {
            List<WritePath> order = new ArrayList<>();
            for (WritePath path : options.paths()) {
                if (isMeasurable(path)) {
                    order.add(path);
                    cells.put(path, new Cell(path, load));
                    renew(path);
                }
            }
            Random random = new Random(options.seed());
            long begin = clock.monotonicNanos();
            long end = begin;
            for (int round = 0; end - begin < budgetNanos || round <= WARM_UP_ROUNDS; round++) {
                Collections.shuffle(order, random);
                for (WritePath path : order) {
                    slice(path, round >= WARM_UP_ROUNDS);
                    end = clock.monotonicNanos();
                    double share = Math.min(1.0, (double) (end - begin) / budgetNanos);
                    listener.progress(from + (to - from) * share, load.title());
                }
            }
            return List.copyOf(cells.values());
        }

        private boolean isMeasurable(WritePath path) {
            if (unavailable.containsKey(path)) {
                return false;
            }
            int alignment = files.directAlignmentBytes();
            if (path.isDirect() && alignment > 0 && load.sizeBytes() % alignment != 0) {
                return false;
            }
            return path != WritePath.NATIVE_LOOP || load.depth() == 1;
        }

        private void slice(WritePath path, boolean counts) throws IOException {
            slice.reset();
            if (lane(path).isUsedUp(load.sizeBytes())) {
                renew(path);
            }
            long start = clock.monotonicNanos();
            long took =
                    path == WritePath.NATIVE_LOOP
                            ? nativeWriter.run(load.sizeBytes(), SLICE_NANOS, clock, slice)
                            : writeFromJava(path);
            if (!path.isDurable()) {
                files.file(path.content()).fdatasync();
            }
            if (counts) {
                cell(path).add(start - startNanos, took, slice);
            }
        }

        /** From the start, on blocks in the state that the path is about. */
        private void renew(WritePath path) throws IOException {
            files.renew(path.content());
            lane(path).restart();
        }

        private Cell cell(WritePath path) {
            Cell cell = cells.get(path);
            if (cell == null) {
                throw new IllegalStateException("no cell for " + path);
            }
            return cell;
        }

        private Lane lane(WritePath path) {
            return lanes.computeIfAbsent(path, p -> new Lane(p.content(), files.fileBytes()));
        }

        private long writeFromJava(WritePath path) throws IOException {
            PathWriter writer = writer(path, files);
            if (load.depth() > 1) {
                return team.run(writer, load.depth(), bytes, SLICE_NANOS, slice);
            }
            long start = clock.monotonicNanos();
            return writer.run(bytes, start + SLICE_NANOS, slice) - start;
        }
    }
}
