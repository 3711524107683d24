package dev.plinth.walio.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxDiskTest {
    private static final int BLOCK = 4096;

    @TempDir Path directory;

    private final Disk disk = new LinuxDisk();
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void freeMemory() {
        arena.close();
    }

    private MemorySegment bytes(String text) {
        return arena.allocateFrom(text, StandardCharsets.UTF_8).asSlice(0, text.length());
    }

    private DiskFile create(String name) throws IOException {
        return disk.open(
                directory.resolve(name),
                Disk.OWNER_FILE,
                OpenFlag.READ,
                OpenFlag.WRITE,
                OpenFlag.CREATE);
    }

    private static String text(MemorySegment segment, long length) {
        return new String(
                segment.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    @Test
    void writesAndReadsAtAPosition() throws IOException {
        try (DiskFile file = create("a")) {
            file.pwrite(bytes("hello"), 3);
            file.fdatasync();
            file.fsync();
            MemorySegment target = arena.allocate(16);
            assertThat(file.pread(target, 3)).isEqualTo(5);
            assertThat(text(target, 5)).isEqualTo("hello");
            assertThat(file.size()).isEqualTo(8);
            assertThat(file.pread(target, 100)).isZero();
        }
        assertThat(Files.readAllBytes(directory.resolve("a")))
                .containsExactly(0, 0, 0, 'h', 'e', 'l', 'l', 'o');
    }

    @Test
    void gathersMoreSegmentsThanOneCallTakes() throws IOException {
        List<MemorySegment> pieces = new ArrayList<>();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 2500; i++) {
            String piece = Integer.toString(i);
            pieces.add(bytes(piece));
            expected.append(piece);
        }
        try (DiskFile file = create("a")) {
            file.pwritev(pieces, 0);
        }
        assertThat(Files.readString(directory.resolve("a"))).isEqualTo(expected.toString());
    }

    @Test
    void durableWriteTakesAPartOfTheSource() throws IOException {
        try (DiskFile file = create("a")) {
            file.pwriteDsync(bytes("0123456789"), 2, 5, 0);
            assertThatThrownBy(() -> file.pwriteDsync(bytes("0123"), 2, 5, 0))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(Files.readString(directory.resolve("a"))).isEqualTo("23456");
    }

    @Test
    void directFileWritesAlignedBlocks() throws IOException {
        try (DiskFile file = create("a")) {
            file.ftruncate(4 * BLOCK);
            FileStatus status = file.status();
            assumeTrue(
                    status.directOffsetAlignment() > 0, "no O_DIRECT below the temporary folder");
            assertThat(BLOCK % status.directOffsetAlignment()).isZero();
        }
        try (DiskFile file =
                disk.open(
                        directory.resolve("a"),
                        0,
                        OpenFlag.READ,
                        OpenFlag.WRITE,
                        OpenFlag.DIRECT)) {
            MemorySegment block = arena.allocate(BLOCK, BLOCK).fill((byte) 7);
            file.pwriteDsync(block, 0, BLOCK, BLOCK);
            block.fill((byte) 0);
            assertThat(file.pread(block, BLOCK)).isEqualTo(BLOCK);
            assertThat(block.get(ValueLayout.JAVA_BYTE, BLOCK - 1)).isEqualTo((byte) 7);
            assertThatThrownBy(() -> file.pwriteDsync(block, 0, 100, 0))
                    .isInstanceOfSatisfying(
                            PosixException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        }
    }

    @Test
    void allocatesZeroesAndTruncates() throws IOException {
        try (DiskFile file = create("a")) {
            file.fallocate(AllocateMode.EXTEND, 0, 3 * BLOCK);
            assertThat(file.size()).isEqualTo(3 * BLOCK);
            assertThat(file.status().allocatedBytes()).isGreaterThanOrEqualTo(3 * BLOCK);
            file.fallocate(AllocateMode.KEEP_SIZE, 3 * BLOCK, BLOCK);
            assertThat(file.size()).isEqualTo(3 * BLOCK);
            file.pwrite(bytes("xyz"), 0);
            file.fallocate(AllocateMode.ZERO_RANGE, 0, BLOCK);
            MemorySegment target = arena.allocate(3);
            file.pread(target, 0);
            assertThat(target.get(ValueLayout.JAVA_BYTE, 0)).isZero();
            file.ftruncate(10);
            assertThat(file.size()).isEqualTo(10);
        }
    }

    @Test
    void exclusiveLocksExcludeOtherOpensOfTheSameFile() throws IOException {
        for (LockKind kind : List.of(LockKind.FLOCK_EXCLUSIVE, LockKind.OFD_EXCLUSIVE)) {
            try (DiskFile first = create("a");
                    DiskFile second = create("a")) {
                assertThat(first.tryLock(kind)).isTrue();
                assertThat(second.tryLock(kind)).isFalse();
                create("a").close(); // must not drop the lock, as POSIX locks would
                assertThat(second.tryLock(kind)).isFalse();
                first.unlock(kind);
                assertThat(second.tryLock(kind)).isTrue();
                second.unlock(kind);
                first.lock(kind);
            }
        }
    }

    @Test
    void sharedLocksGoTogether() throws IOException {
        try (DiskFile first = create("a");
                DiskFile second = create("a")) {
            assertThat(first.tryLock(LockKind.FLOCK_SHARED)).isTrue();
            assertThat(second.tryLock(LockKind.FLOCK_SHARED)).isTrue();
            assertThat(second.tryLock(LockKind.FLOCK_EXCLUSIVE)).isFalse();
        }
    }

    @Test
    void mappingShowsLaterWritesAndOutlivesTheFile() throws IOException {
        Mapping mapping;
        try (DiskFile file = create("a")) {
            file.ftruncate(2 * BLOCK);
            mapping = file.map(0, 2 * BLOCK, true);
            file.pwrite(bytes("later"), BLOCK);
        }
        assertThat(text(mapping.segment().asSlice(BLOCK), 5)).isEqualTo("later");
        assertThat(mapping.segment().isReadOnly()).isTrue();
        mapping.advise(Advice.RANDOM, 100, 50);
        MemorySegment segment = mapping.segment();
        mapping.close();
        mapping.close();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> mapping.advise(Advice.RANDOM, 0, 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void touchingAMappingBehindTheFileEndThrowsInsteadOfCrashing() throws IOException {
        try (DiskFile file = create("a")) {
            file.ftruncate(BLOCK);
            try (Mapping mapping = file.map(0, 4 * BLOCK, false)) {
                assertThatThrownBy(() -> mapping.segment().get(ValueLayout.JAVA_BYTE, 3 * BLOCK))
                        .isInstanceOf(InternalError.class);
            }
        }
    }

    @Test
    void listsRenamesAndRemoves() throws IOException {
        disk.createDirectory(directory.resolve("d"), Disk.OWNER_DIRECTORY);
        create("d/b").close();
        create("d/a").close();
        disk.rename(directory.resolve("d/b"), directory.resolve("d/ü"));
        disk.syncDirectory(directory.resolve("d"));
        assertThat(disk.list(directory.resolve("d"))).containsExactly("a", "ü");
        assertThat(disk.status(directory.resolve("d")).isDirectory()).isTrue();
        assertThat(disk.status(directory.resolve("d")).mode()).isEqualTo(0700);
        assertThat(disk.status(directory.resolve("d/a")).mode()).isEqualTo(0600);
        assertThat(disk.status(directory.resolve("d/a")).isRegular()).isTrue();
        disk.unlink(directory.resolve("d/a"));
        disk.unlink(directory.resolve("d/ü"));
        disk.removeDirectory(directory.resolve("d"));
        assertThat(disk.exists(directory.resolve("d"))).isFalse();
        assertThat(disk.exists(directory.resolve("d/a"))).isFalse();
    }

    @Test
    void tellsTheFileSystemsSpace() throws IOException {
        FileSystemStatus status = disk.fileSystem(directory);
        assertThat(status.typeMagic()).isPositive();
        assertThat(status.totalBytes()).isEqualTo(directory.toFile().getTotalSpace());
        assertThat(status.availableBytes()).isLessThanOrEqualTo(status.freeBytes());
        assertThat(status.readOnly()).isFalse();
    }

    @Test
    void errorsNameCallPathAndNumber() {
        Path missing = directory.resolve("no/such");
        assertThatThrownBy(() -> disk.open(missing, 0, OpenFlag.READ))
                .isInstanceOfSatisfying(
                        PosixException.class,
                        e -> {
                            assertThat(e.call()).isEqualTo("open");
                            assertThat(e.path()).isEqualTo(missing.toString());
                            assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                            assertThat(e.errnoNumber()).isEqualTo(2);
                        })
                .hasMessage("open " + missing + ": no such file or directory [ENOENT]");
        assertThatThrownBy(() -> disk.list(missing)).hasMessageContaining("[ENOENT]");
        assertThatThrownBy(() -> disk.status(missing)).hasMessageContaining("[ENOENT]");
        assertThatThrownBy(() -> disk.unlink(missing)).hasMessageContaining("[ENOENT]");
        assertThatThrownBy(() -> disk.syncDirectory(missing)).hasMessageContaining("[ENOENT]");
        assertThatThrownBy(() -> disk.createDirectory(directory, 0700))
                .hasMessageContaining("[EEXIST]");
    }

    @Test
    void writingToAFullDeviceFails() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full here");
        try (DiskFile file = disk.open(full, 0, OpenFlag.WRITE)) {
            assertThatThrownBy(() -> file.pwrite(bytes("x"), 0))
                    .isInstanceOfSatisfying(
                            PosixException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
        }
    }

    @Test
    void heapMemoryAndClosedFilesAreRefused() throws IOException {
        DiskFile file = create("a");
        assertThatThrownBy(() -> file.pwrite(MemorySegment.ofArray(new byte[1]), 0))
                .isInstanceOf(IllegalArgumentException.class);
        file.close();
        file.close();
        assertThatThrownBy(() -> file.pwrite(bytes("x"), 0))
                .isInstanceOf(IllegalStateException.class);
    }
}
