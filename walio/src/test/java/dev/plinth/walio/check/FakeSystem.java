package dev.plinth.walio.check;

import dev.plinth.walio.io.FileSystemStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A machine made of a tree of files. Starts as a sound one: kernel 6.12, ext4 with a journal in
 * ordered mode on an NVMe disk with volatile cache and FUA, plenty of space, super block readable.
 */
final class FakeSystem implements SystemView {
    static final Path DATA = Path.of("/var/lib/plinth");
    private static final String DISK = "/sys/devices/pci0000:00/nvme/nvme0/nvme0n1";

    private final TreeMap<String, String> files = new TreeMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final Map<String, byte[]> devices = new HashMap<>();
    private FileSystemStatus space =
            new FileSystemStatus(0xef53, 4096, 100L << 30, 60L << 30, 60L << 30, false);
    private boolean writable = true;
    private @Nullable Runnable onSync;
    int syncs;

    FakeSystem() {
        kernel("6.12.0");
        files.put("/proc/swaps", "Filename Type Size Used Priority\n");
        mount("ext4", "259:2", "/dev/nvme0n1p2", "rw");
        disk("259:2", DISK + "/nvme0n1p2", "write back", "1");
        files.put(DISK + "/nvme0n1p2/partition", "2\n");
        ext4Options("nvme0n1p2", "rw", "data=ordered", "barrier", "delalloc");
        counters(0, 0);
        superblock(true, false);
    }

    FakeSystem kernel(String release) {
        return file("/proc/sys/kernel/osrelease", release + "\n");
    }

    FakeSystem file(String path, String content) {
        files.put(path, content);
        return this;
    }

    FakeSystem link(String path, String target) {
        links.put(path, target);
        return this;
    }

    FakeSystem without(String prefix) {
        files.keySet().removeIf(path -> path.startsWith(prefix));
        links.keySet().removeIf(path -> path.startsWith(prefix));
        return this;
    }

    /** The data directory's mount, beside a root that must not be taken for it. */
    FakeSystem mount(String type, String number, String source, String options) {
        return file(
                "/proc/self/mountinfo",
                "27 1 8:1 / / rw,relatime - ext3 /dev/sda1 rw\n"
                        + "31 27 "
                        + number
                        + " / /var/lib rw,relatime shared:12 - "
                        + type
                        + " "
                        + source
                        + " "
                        + options
                        + "\n"
                        + "32 27 0:44 / /var/libexec rw - tmpfs none rw\n");
    }

    /** A block device by its number; a partition's queue is its disk's. */
    FakeSystem disk(String number, String folder, String cache, String fua) {
        link("/sys/dev/block/" + number, folder);
        String name = folder.substring(folder.lastIndexOf('/') + 1);
        String whole = name.matches("nvme\\d+n\\d+p\\d+") ? parent(folder) : folder;
        file(whole + "/queue/write_cache", cache + "\n");
        file(whole + "/queue/fua", fua + "\n");
        file(whole + "/queue/rotational", "0\n");
        file(whole + "/queue/logical_block_size", "512\n");
        file(whole + "/queue/physical_block_size", "4096\n");
        return file(whole + "/queue/scheduler", "[none] mq-deadline\n");
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    FakeSystem ext4Options(String device, String... options) {
        return file("/proc/fs/ext4/" + device + "/options", String.join("\n", options) + "\n");
    }

    FakeSystem counters(long commits, long ineligible) {
        return file(
                "/proc/fs/ext4/nvme0n1p2/fc_info",
                "fc stats:\n"
                        + commits
                        + " commits\n"
                        + ineligible
                        + " ineligible\n0 numblks\n0us avg_commit_time\nIneligible reasons:\n"
                        + "\"Resize\":\t0\n");
    }

    FakeSystem superblock(boolean journal, boolean fastCommit) {
        ByteBuffer block = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        block.putShort(0x38, (short) 0xef53);
        block.putInt(0x5c, 0x38 | (journal ? 0x04 : 0) | (fastCommit ? 0x400 : 0));
        devices.put("/dev/nvme0n1p2", block.array());
        return this;
    }

    /** As a process without the superuser's rights sees it. */
    FakeSystem notRoot() {
        devices.clear();
        return this;
    }

    FakeSystem space(long total, long available, boolean readOnly) {
        space =
                new FileSystemStatus(
                        space.typeMagic(), 4096, total, available, available, readOnly);
        return this;
    }

    FakeSystem magic(long magic) {
        space =
                new FileSystemStatus(
                        magic,
                        4096,
                        space.totalBytes(),
                        space.freeBytes(),
                        space.availableBytes(),
                        space.readOnly());
        return this;
    }

    FakeSystem readOnlyForUs() {
        writable = false;
        return this;
    }

    FakeSystem onSync(Runnable effect) {
        onSync = effect;
        return this;
    }

    @Override
    public Optional<String> text(String path) {
        return Optional.ofNullable(files.get(path));
    }

    @Override
    public List<String> names(String directory) {
        String prefix = directory + "/";
        return Stream.concat(files.keySet().stream(), links.keySet().stream())
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()).split("/", 2)[0])
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public Optional<String> target(String path) {
        return Optional.ofNullable(links.get(path));
    }

    @Override
    public Optional<byte[]> deviceBytes(String devicePath, long offset, int length) {
        return offset == 1024
                ? Optional.ofNullable(devices.get(devicePath)).map(b -> b.clone())
                : Optional.empty();
    }

    @Override
    public Path existing(Path path) {
        return path;
    }

    @Override
    public FileSystemStatus fileSystem(Path path) {
        return space;
    }

    @Override
    public boolean syncSmallFile(Path directory) {
        syncs++;
        if (writable && onSync != null) {
            onSync.run();
        }
        return writable;
    }
}
