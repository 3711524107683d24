package dev.plinth.walio.io.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.LockKind;
import dev.plinth.walio.io.Mapping;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("f");

    private SimulatedDisk disk = new SimulatedDisk();

    SimulatedDiskTest() {
        disk.makeDurableDirectory(DIRECTORY);
    }

    private DiskFile open(Path path) throws IOException {
        return disk.open(path, 0600, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE);
    }

    private static MemorySegment filled(int length, int value) {
        return Arena.ofAuto().allocate(length, 512).fill((byte) value);
    }

    @Test
    void syncedContentAndNameSurviveEveryCrash() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            disk = new SimulatedDisk();
            disk.makeDurableDirectory(DIRECTORY);
            try (DiskFile file = open(FILE)) {
                file.pwrite(filled(5000, 1), 0);
                file.fdatasync();
                disk.syncDirectory(DIRECTORY);
            }
            assertThat(disk.crash(seed).content(FILE)).hasSize(5000).containsOnly(1);
        }
    }

    @Test
    void unsyncedSectorsAreLostKeptOrMixed() throws IOException {
        Set<List<Integer>> outcomes = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            disk = new SimulatedDisk();
            disk.putDurableFile(FILE, new byte[3 * 512]);
            try (DiskFile file = open(FILE)) {
                file.pwrite(filled(3 * 512, 1), 0);
                file.pwrite(filled(512, 2), 0);
            }
            byte[] found = disk.crash(seed).content(FILE);
            for (int sector = 0; sector < 3; sector++) {
                for (int i = 0; i < 512; i++) {
                    assertThat(found[sector * 512 + i]).isEqualTo(found[sector * 512]);
                }
            }
            outcomes.add(List.of((int) found[0], (int) found[512], (int) found[1024]));
        }
        assertThat(outcomes).hasSize(3 * 2 * 2);
    }

    @Test
    void durableWriteCoversItsOwnRangeAlone() throws IOException {
        boolean otherLost = false;
        for (int seed = 0; seed < 50; seed++) {
            disk = new SimulatedDisk();
            disk.putDurableFile(FILE, new byte[1024]);
            try (DiskFile file = open(FILE)) {
                file.pwrite(filled(512, 1), 0);
                file.pwriteDsync(filled(512, 2), 0, 512, 512);
            }
            byte[] found = disk.crash(seed).content(FILE);
            assertThat(found[512]).isEqualTo((byte) 2);
            otherLost |= found[0] == 0;
        }
        assertThat(otherLost).isTrue();
    }

    @Test
    void namesNeedASyncOfTheDirectoryAndRenamesAreWhole() throws IOException {
        Path other = DIRECTORY.resolve("g");
        Set<Set<String>> outcomes = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            disk = new SimulatedDisk();
            disk.putDurableFile(FILE, new byte[1]);
            disk.rename(FILE, other);
            outcomes.add(Set.copyOf(disk.crash(seed).list(DIRECTORY)));
        }
        assertThat(outcomes).containsExactlyInAnyOrder(Set.of("f"), Set.of("g"));
    }

    @Test
    void afterAFailedSyncLaterOnesPromiseNothing() throws IOException {
        boolean lost = false;
        for (int seed = 0; seed < 50; seed++) {
            disk = new SimulatedDisk();
            disk.putDurableFile(FILE, new byte[512]);
            disk.faults().fail(CallKind.SYNC, 1, Errno.EIO);
            try (DiskFile file = open(FILE)) {
                file.pwrite(filled(512, 1), 0);
                assertThatThrownBy(file::fdatasync)
                        .isInstanceOfSatisfying(
                                PosixException.class,
                                e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
                file.fdatasync();
            }
            lost |= disk.crash(seed).content(FILE)[0] == 0;
        }
        assertThat(lost).isTrue();
    }

    @Test
    void fullDiskTakesAPartAndRefusesTheRest() throws IOException {
        disk.faults().capacity(2 * 4096);
        try (DiskFile file = open(FILE)) {
            assertThatThrownBy(() -> file.pwrite(filled(4 * 4096, 1), 0))
                    .isInstanceOfSatisfying(
                            PosixException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
            assertThat(file.size()).isEqualTo(2 * 4096);
            file.pwrite(filled(4096, 2), 0);
            assertThatThrownBy(() -> file.fallocate(AllocateMode.EXTEND, 0, 3 * 4096))
                    .hasMessageContaining("ENOSPC");
            assertThat(disk.fileSystem(DIRECTORY).availableBytes()).isZero();
        }
    }

    @Test
    void powerGoesAtTheChosenCallAndStaysAway() throws IOException {
        DiskFile file = open(FILE);
        disk.faults().losePowerAtCall(1);
        file.pwrite(filled(512, 1), 0);
        assertThatThrownBy(() -> file.pwriteDsync(filled(512, 1), 0, 512, 512))
                .isInstanceOf(PowerLossException.class);
        assertThatThrownBy(file::fdatasync).isInstanceOf(PowerLossException.class);
        assertThatThrownBy(() -> disk.list(DIRECTORY)).isInstanceOf(PowerLossException.class);
    }

    @Test
    void killedProcessLeavesItsWritesUnsyncedAndItsLocksFree() throws IOException {
        DiskFile file = open(FILE);
        assertThat(file.tryLock(LockKind.OFD_EXCLUSIVE)).isTrue();
        file.pwrite(filled(512, 1), 0);
        disk = disk.kill();
        try (DiskFile again = open(FILE)) {
            assertThat(again.tryLock(LockKind.OFD_EXCLUSIVE)).isTrue();
        }
        assertThat(disk.content(FILE)).containsOnly(1);
        boolean lost = false;
        for (int seed = 0; seed < 50 && !lost; seed++) {
            lost = !disk.kill().crash(seed).exists(FILE);
        }
        assertThat(lost).isTrue();
    }

    @Test
    void mappingFollowsWritesAndTruncation() throws IOException {
        try (DiskFile file = open(FILE);
                Mapping mapping = file.map(0, 8192, false)) {
            file.pwrite(filled(10, 3), 4090);
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 4099)).isEqualTo((byte) 3);
            file.ftruncate(4095);
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 4099)).isZero();
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 4094)).isEqualTo((byte) 3);
        }
    }

    @Test
    void stalledCallRunsTheActionFirst() throws IOException {
        AtomicInteger ran = new AtomicInteger();
        disk.faults().stall(CallKind.SYNC, 2, ran::incrementAndGet);
        try (DiskFile file = open(FILE)) {
            file.fdatasync();
            assertThat(ran.get()).isZero();
            file.fdatasync();
            assertThat(ran.get()).isEqualTo(1);
        }
        assertThat(disk.openFileCount()).isZero();
    }

    @Test
    void directFilesWantAlignment() throws IOException {
        open(FILE).close();
        try (DiskFile file = disk.open(FILE, 0, OpenFlag.WRITE, OpenFlag.DIRECT)) {
            file.pwrite(filled(512, 1), 512);
            assertThatThrownBy(() -> file.pwrite(filled(512, 1), 100))
                    .hasMessageContaining("EINVAL");
        }
        disk.faults().refuseDirect();
        assertThatThrownBy(() -> disk.open(FILE, 0, OpenFlag.WRITE, OpenFlag.DIRECT))
                .hasMessageContaining("EINVAL");
    }
}
