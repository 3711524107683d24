package dev.plinth.walio.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each known-bad set-up is recognised at its level, and a sound one says nothing. */
class StorageInspectorTest {
    private static final String NVME = "/sys/devices/pci0000:00/nvme/nvme0/nvme0n1";

    private static StorageReport inspect(FakeSystem system) throws IOException {
        return new StorageInspector(system).inspect(FakeSystem.DATA);
    }

    private static List<String> found(StorageReport report) {
        return report.findings().stream().map(f -> f.level().word() + " " + f.check()).toList();
    }

    @Test
    void aSoundMachineHasNoFindings() throws IOException {
        StorageReport report = inspect(new FakeSystem());
        assertThat(report.findings()).isEmpty();
        assertThat(report.worst()).isEmpty();
        assertThat(report.isRefusedWhenStrict()).isFalse();
        assertThat(report.summary())
                .isEqualTo(
                        "/var/lib/plinth: ext4 on kernel 6.12.0, journal ordered, fast commit OFF,"
                                + " nvme0n1p2 (volatile cache, FUA), 61440 MiB free;"
                                + " findings: none");
    }

    record Setup(String name, String expected, UnaryOperator<FakeSystem> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Setup setup(String name, String expected, UnaryOperator<FakeSystem> change) {
        return new Setup(name, expected, change);
    }

    private static Setup kind(String type, String expected) {
        return setup(type, expected, s -> s.mount(type, "0:50", "source", "rw"));
    }

    static Stream<Setup> knownBad() {
        return Stream.of(
                setup(
                        "fast commit on a kernel with the bug",
                        "error fast-commit-bug",
                        s -> s.kernel("5.15.12-generic").superblock(true, true)),
                setup(
                        "fast commit on a fixed kernel",
                        "warning fast-commit",
                        s -> s.superblock(true, true)),
                setup(
                        "fast commit unreadable on a kernel with the bug",
                        "warning fast-commit-unknown",
                        s -> s.kernel("5.14.0").notRoot().without("/proc/fs/ext4")),
                setup("no journal", "warning no-journal", s -> s.superblock(false, false)),
                setup(
                        "no journal, not root",
                        "warning no-journal",
                        s -> s.notRoot().ext4Options("nvme0n1p2", "rw", "barrier")),
                setup(
                        "no barrier over a volatile cache",
                        "error no-barrier",
                        s -> s.ext4Options("nvme0n1p2", "data=ordered", "nobarrier")),
                setup(
                        "barrier=0 in the mount table over a safe cache",
                        "info no-barrier",
                        s ->
                                s.mount("ext4", "259:2", "/dev/nvme0n1p2", "rw,barrier=0")
                                        .file(NVME + "/queue/write_cache", "write through\n")),
                setup(
                        "no barrier over an unknown cache",
                        "warning no-barrier",
                        s ->
                                s.mount("xfs", "259:2", "/dev/nvme0n1p2", "rw,nobarrier")
                                        .without(NVME + "/queue/write_cache")),
                setup(
                        "data=writeback",
                        "warning data-writeback",
                        s -> s.ext4Options("nvme0n1p2", "data=writeback")),
                setup(
                        "data=journal",
                        "info data-journal",
                        s -> s.ext4Options("nvme0n1p2", "data=journal")),
                setup(
                        "journal_async_commit",
                        "info journal-async-commit",
                        s -> s.ext4Options("nvme0n1p2", "data=ordered", "journal_async_commit")),
                setup(
                        "nodelalloc",
                        "info no-delayed-allocation",
                        s -> s.ext4Options("nvme0n1p2", "data=ordered", "nodelalloc")),
                setup(
                        "noauto_da_alloc",
                        "info no-auto-allocate-on-rename",
                        s -> s.ext4Options("nvme0n1p2", "data=ordered", "noauto_da_alloc")),
                setup(
                        "discard",
                        "info online-discard",
                        s -> s.mount("xfs", "259:2", "/dev/nvme0n1p2", "rw,discard")),
                kind("nfs4", "warning network-file-system"),
                kind("cifs", "warning network-file-system"),
                kind("ceph", "warning network-file-system"),
                kind("9p", "warning host-file-system"),
                kind("virtiofs", "warning host-file-system"),
                kind("overlay", "warning overlay"),
                kind("tmpfs", "error memory-file-system"),
                kind("ramfs", "error memory-file-system"),
                kind("zfs", "info copy-on-write"),
                kind("fuse.sshfs", "warning fuse"),
                kind("ecryptfs", "info stacked-encryption"),
                setup(
                        "a type that only statfs tells",
                        "error memory-file-system",
                        s -> s.without("/proc/self/mountinfo").magic(0x01021994L)),
                setup(
                        "btrfs, found by its source",
                        "info copy-on-write",
                        s ->
                                s.mount("btrfs", "0:39", "/dev/mapper/pool", "rw,discard=async")
                                        .link("/dev/mapper/pool", "/dev/nvme0n1")
                                        .link("/sys/class/block/nvme0n1", NVME)),
                setup("read-only", "error read-only", s -> s.space(100L << 30, 60L << 30, true)),
                setup(
                        "few segments left on a small disk",
                        "warning low-space",
                        s -> s.space(1 << 30, 190_000_000, false)),
                setup(
                        "nearly full",
                        "warning low-space",
                        s -> s.space(100L << 30, 9L << 30, false)),
                setup(
                        "swap in use",
                        "warning swap-in-use",
                        s ->
                                s.file(
                                        "/proc/swaps",
                                        """
                                        Filename Type Size Used Priority
                                        /swap\\040file file 4194300 2048 -2
                                        """)),
                setup("no FUA", "info no-fua", s -> s.file(NVME + "/queue/fua", "0\n")),
                setup(
                        "bfq",
                        "info scheduler-bfq",
                        s -> s.file(NVME + "/queue/scheduler", "none mq-deadline [bfq]\n")),
                setup(
                        "a partition between two physical blocks",
                        "info misaligned",
                        s -> s.file(NVME + "/nvme0n1p2/alignment_offset", "512\n")),
                setup(
                        "a rotating disk",
                        "info rotational",
                        s -> s.file(NVME + "/queue/rotational", "1\n")),
                setup(
                        "a cloud machine's local disk",
                        "warning ephemeral-disk",
                        s ->
                                s.file(
                                        NVME + "/device/model",
                                        "Amazon EC2 NVMe Instance Storage        \n")),
                setup(
                        "a cloud volume",
                        "info cloud-volume",
                        s ->
                                s.file(
                                        NVME + "/device/model",
                                        "Amazon Elastic Block Store              \n")),
                setup(
                        "zram",
                        "error memory-device",
                        s ->
                                s.mount("xfs", "252:0", "/dev/zram0", "rw")
                                        .disk(
                                                "252:0",
                                                "/sys/devices/virtual/block/zram0",
                                                "write through",
                                                "0")),
                setup(
                        "nbd",
                        "info network-block-device",
                        s ->
                                s.mount("xfs", "43:0", "/dev/nbd0", "rw")
                                        .disk(
                                                "43:0",
                                                "/sys/devices/virtual/block/nbd0",
                                                "write back",
                                                "1")),
                setup(
                        "iSCSI",
                        "info network-block-device",
                        s -> {
                            String sdb =
                                    "/sys/devices/platform/host3/session1/target3:0:0/3:0:0:1"
                                            + "/block/sdb";
                            return s.mount("xfs", "8:16", "/dev/sdb", "rw")
                                    .disk("8:16", sdb, "write back", "1");
                        }),
                setup(
                        "a disk that reports thin provisioning",
                        "warning thin-provisioning",
                        s -> s.file(NVME + "/device/scsi_disk/0:0:0:0/thin_provisioning", "1\n")),
                setup("a kernel without a version", "info kernel-unknown", s -> s.kernel("?")));
    }

    @ParameterizedTest
    @MethodSource("knownBad")
    void isRecognised(Setup setup) throws IOException {
        StorageReport report = inspect(setup.change().apply(new FakeSystem()));
        assertThat(found(report)).contains(setup.expected());
        assertThat(report.isRefusedWhenStrict()).isEqualTo(setup.expected().startsWith("error"));
        for (Finding finding : report.findings()) {
            assertThat(finding.line()).matches("(?s)\\w+ [a-z-]+: .*[a-z)0-9]\\. [A-Z].*\\. .*\\.");
        }
    }

    @Test
    void volatileOverlayIsWorseThanOverlay() throws IOException {
        StorageReport report =
                inspect(new FakeSystem().mount("overlay", "0:50", "overlay", "rw,volatile"));
        assertThat(found(report)).containsExactly("error overlay-volatile", "warning overlay");
    }

    @Test
    void thinVolumesAndEncryptionAreSeenThroughTheMapper() throws IOException {
        String virtual = "/sys/devices/virtual/block/";
        FakeSystem system =
                new FakeSystem()
                        .mount("xfs", "253:5", "/dev/mapper/vg-thin", "rw")
                        .disk("253:5", virtual + "dm-5", "write back", "1")
                        .disk("253:4", virtual + "dm-4", "write back", "1")
                        .disk("253:3", virtual + "dm-3", "write back", "1")
                        .file(virtual + "dm-5/dm/uuid", "LVM-abc\n")
                        .file(virtual + "dm-4/dm/uuid", "LVM-abc-tpool\n")
                        .file(virtual + "dm-3/dm/uuid", "CRYPT-LUKS2-ff\n")
                        .link(virtual + "dm-5/slaves/dm-4", virtual + "dm-4")
                        .link(virtual + "dm-4/slaves/dm-3", virtual + "dm-3");
        StorageReport report = inspect(system);
        assertThat(found(report))
                .containsExactly("warning thin-provisioning", "info encrypted-device");
        assertThat(report.summary()).contains("dm-5 [dm-4] (volatile cache, FUA)");
    }

    @Test
    void aCircleOfMappersEnds() throws IOException {
        String dm = "/sys/devices/virtual/block/dm-0";
        FakeSystem system =
                new FakeSystem()
                        .mount("xfs", "253:0", "/dev/dm-0", "rw")
                        .disk("253:0", dm, "write back", "1")
                        .link(dm + "/slaves/dm-0", dm);
        assertThat(inspect(system).facts().device()).isPresent();
    }

    @Test
    void aLoopDeviceIsAsBadAsTheFileSystemOfItsFile() throws IOException {
        String loop = "/sys/devices/virtual/block/loop3";
        FakeSystem system =
                new FakeSystem()
                        .file(
                                "/proc/self/mountinfo",
                                """
                                31 27 7:3 / /var/lib rw - xfs /dev/loop3 rw
                                32 27 0:44 / /run/my\\040disk rw - tmpfs none rw
                                """)
                        .disk("7:3", loop, "write back", "0")
                        .file(loop + "/loop/backing_file", "/run/my disk/image\n");
        StorageReport report = inspect(system);
        assertThat(found(report))
                .containsExactly("error memory-file-system", "info no-fua", "info loop-device");
        assertThat(report.findings().getFirst().fact()).startsWith("below loop3: ");
    }

    @Test
    void fastCommitIsProvenWithoutRoot() throws IOException {
        FakeSystem byOption =
                new FakeSystem()
                        .notRoot()
                        .ext4Options("nvme0n1p2", "data=ordered", "fc_debug_force");
        FakeSystem byCounter = new FakeSystem().notRoot().counters(7, 1);
        FakeSystem bySync = new FakeSystem().notRoot();
        bySync.onSync(() -> bySync.counters(0, 1));
        for (FakeSystem system : List.of(byOption, byCounter, bySync)) {
            assertThat(found(inspect(system))).containsExactly("warning fast-commit");
        }
        assertThat(byOption.syncs).isZero();
        assertThat(byCounter.syncs).isZero();
        assertThat(bySync.syncs).isEqualTo(1);
    }

    @Test
    void fastCommitIsDisprovenWithoutRoot() throws IOException {
        FakeSystem bySync = new FakeSystem().notRoot();
        assertThat(fastCommit(bySync)).isEqualTo(FastCommit.OFF);
        assertThat(bySync.syncs).isEqualTo(1);

        FakeSystem oldKernel = new FakeSystem().notRoot().kernel("5.4.0-200-generic");
        assertThat(fastCommit(oldKernel)).isEqualTo(FastCommit.OFF);
        assertThat(oldKernel.syncs).isZero();
    }

    @Test
    void fastCommitStaysUnknownWhereNothingTells() throws IOException {
        assertThat(fastCommit(new FakeSystem().notRoot().readOnlyForUs()))
                .isEqualTo(FastCommit.UNKNOWN);
        assertThat(
                        fastCommit(
                                new FakeSystem()
                                        .notRoot()
                                        .file("/proc/fs/ext4/nvme0n1p2/fc_info", "?")))
                .isEqualTo(FastCommit.UNKNOWN);
    }

    private static FastCommit fastCommit(FakeSystem system) throws IOException {
        return inspect(system).facts().ext4().orElseThrow().fastCommit();
    }

    @Test
    void aForeignSuperblockIsNotBelieved() throws IOException {
        FakeSystem system = new FakeSystem().notRoot();
        assertThat(Ext4Superblock.parse(new byte[1024])).isEmpty();
        assertThat(Ext4Superblock.parse(new byte[10])).isEmpty();
        assertThat(inspect(system).facts().ext4().orElseThrow().features()).isEmpty();
        assertThat(inspect(new FakeSystem()).facts().ext4().orElseThrow().features())
                .containsExactly("has_journal");
    }

    @Test
    void theLongestMountPointAboveThePathCounts() {
        MountTable table =
                MountTable.parse(
                        """
                        1 0 8:1 / / rw - ext4 /dev/sda1 rw
                        2 1 8:2 / /var rw master:1 - xfs /dev/sda2 rw
                        3 1 8:3 / /var rw - btrfs /dev/sda3 rw
                        4 1 8:4 / /var/lib\\040x rw - tmpfs none rw
                        broken line
                        5 1 8:x / /bad rw - tmpfs none rw
                        6 1 99999999999:1 / /bad rw - tmpfs none rw
                        """);
        assertThat(table.of("/var/lib").orElseThrow().type()).isEqualTo("btrfs");
        assertThat(table.of("/variant").orElseThrow().type()).isEqualTo("ext4");
        assertThat(table.of("/var/lib x/a").orElseThrow().type()).isEqualTo("tmpfs");
        assertThat(table.of("/bad").orElseThrow().type()).isEqualTo("ext4");
        assertThat(MountTable.parse("").of("/x")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "5.4.300, false",
        "5.10.0, true",
        "5.10.93, true",
        "5.10.94, true",
        "5.13.19-generic, true",
        "5.15.26, true",
        "5.15.27, false",
        "5.16.20, true",
        "5.17, false",
        "6.18.44-fc-v657, false"
    })
    void kernelsWithTheFastCommitBug(String release, boolean affected) {
        assertThat(KernelVersion.parse(release).hasFastCommitBug()).isEqualTo(affected);
    }

    @Test
    void allOfThisMachineCanBeRead() throws IOException {
        StorageReport report =
                new StorageInspector(new LinuxSystemView(new LinuxDisk()))
                        .inspect(Path.of("").resolve("no").resolve("such").resolve("place"));
        assertThat(report.facts().kernel().isKnown()).isTrue();
        assertThat(report.facts().mount()).isPresent();
        assertThat(report.facts().path()).isDirectory();
    }
}
