package dev.plinth.jmh.walio;

import dev.plinth.jmh.walio.Contender.Kind;
import dev.plinth.jmh.walio.Contender.Operation;
import dev.plinth.walio.WriteAheadLog;
import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The log, the overwrites that {@code disk bench} knows, and etcd's way, each on files of its own:
 * a block that another way has just written is faster to write again.
 *
 * <p>The place of a file on the device moves its median by some percent, so overwrites go from one
 * file to the next every few hundred writes, as the log goes from segment to segment.
 */
final class Contenders implements AutoCloseable {
    static final int BLOCK = 4096;
    static final long FILE_BYTES = 8000 * BLOCK;

    /** Entries after which old segments of the log are given back. */
    private static final long RELEASE_ENTRIES = 16_384;

    private static final int FILES = 3;
    private static final int WRITES_BEFORE_NEXT_FILE = 250;

    private final Disk disk;
    private final Path directory;
    private final Arena arena = Arena.ofShared();
    private final List<DiskFile> opened = new ArrayList<>();
    private final List<Contender> all = new ArrayList<>();

    Contenders(Disk disk, Path directory, WriteAheadLog log) throws IOException {
        this.disk = disk;
        this.directory = directory;
        add(Kind.LOG, "log: append + commit", appendOne(log));
        add(Kind.FLOOR, "floor: direct, RWF_DSYNC", overwrite(BLOCK, true, OpenFlag.DIRECT));
        add(Kind.FLOOR, "floor: direct, fdatasync", overwrite(BLOCK, false, OpenFlag.DIRECT));
        add(Kind.FLOOR, "floor: buffered, RWF_DSYNC", overwrite(BLOCK, true));
        add(Kind.FLOOR, "floor: buffered, fdatasync", overwrite(BLOCK, false));
        add(Kind.ETCD, "etcd's way: fallocate, buffered, fdatasync", etcdWay());
        add(
                Kind.EXPLANATION,
                "the log's blocks alone: two, the first one again",
                overwrite(2 * BLOCK, true, OpenFlag.DIRECT));
    }

    private void add(Kind kind, String name, Operation operation) {
        all.add(new Contender(kind, name, operation));
    }

    List<Contender> all() {
        return all;
    }

    private DiskFile zeroed(OpenFlag... more) throws IOException {
        List<OpenFlag> flags = new ArrayList<>(List.of(OpenFlag.WRITE, OpenFlag.CREATE));
        flags.addAll(List.of(more));
        Path path = directory.resolve("zeroed-" + opened.size());
        DiskFile file = disk.open(path, 0600, flags.toArray(OpenFlag[]::new));
        opened.add(file);
        MemorySegment zeros = arena.allocate(FILE_BYTES / 125, BLOCK);
        for (long at = 0; at < FILE_BYTES; at += zeros.byteSize()) {
            file.pwrite(zeros, at);
        }
        file.fsync();
        return file;
    }

    static DiskFile reserved(Disk disk, Path path) throws IOException {
        DiskFile file = disk.open(path, 0600, OpenFlag.WRITE, OpenFlag.CREATE);
        file.fallocate(AllocateMode.EXTEND, 0, FILE_BYTES);
        file.fsync();
        return file;
    }

    private static Operation appendOne(WriteAheadLog log) {
        byte[] entry = new byte[BLOCK];
        Arrays.fill(entry, (byte) 1);
        long[] index = {0};
        return () -> {
            log.appendEntry(++index[0], entry, 0, entry.length);
            log.commit();
            if (index[0] % RELEASE_ENTRIES == 0) {
                log.releaseTo(index[0]);
                log.purge(2);
            }
        };
    }

    /** Moves on by a block each time, whatever the length. */
    private Operation overwrite(int length, boolean dsync, OpenFlag... more) throws IOException {
        List<DiskFile> files = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            files.add(zeroed(more));
        }
        MemorySegment bytes = arena.allocate(length, BLOCK).fill((byte) 1);
        long[] written = {0};
        return () -> {
            long number = written[0]++;
            DiskFile file = files.get((int) (number / WRITES_BEFORE_NEXT_FILE % files.size()));
            long position = number * BLOCK % (FILE_BYTES - BLOCK);
            if (dsync) {
                file.pwriteDsync(bytes, 0, length, position);
            } else {
                file.pwrite(bytes, position);
                file.fdatasync();
            }
        };
    }

    private Operation etcdWay() throws IOException {
        DiskFile file = reserved(disk, directory.resolve("reserved"));
        opened.add(file);
        MemorySegment block = arena.allocate(BLOCK).fill((byte) 1);
        long[] at = {0};
        return () -> {
            if (at[0] + BLOCK > FILE_BYTES) {
                file.ftruncate(0);
                file.fallocate(AllocateMode.EXTEND, 0, FILE_BYTES);
                file.fsync();
                at[0] = 0;
            }
            file.pwrite(block, at[0]);
            file.fdatasync();
            at[0] += BLOCK;
        };
    }

    @Override
    public void close() throws IOException {
        for (DiskFile file : opened) {
            file.close();
        }
        arena.close();
    }
}
