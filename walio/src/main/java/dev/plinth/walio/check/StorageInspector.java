package dev.plinth.walio.check;

import dev.plinth.walio.io.FileSystemStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Looks at the storage under a path and says what is bad about it.
 *
 * <p>Called once at start for the data directory and for the log's, before anything is written; the
 * directories need not exist yet. Takes milliseconds, plus one sync in the cases named in {@link
 * Ext4Reader}. Known-bad set-ups and where each is recognised: {@code docs/hardware.md}.
 */
public final class StorageInspector {
    /** Files in file systems in files, followed to this depth. */
    private static final int LOOP_DEPTH_MAX = 4;

    private final SystemView system;

    /** Inspects through a view of the machine. */
    public StorageInspector(SystemView system) {
        this.system = system;
    }

    /**
     * Facts and findings of a path.
     *
     * @param path a directory or file; if it is missing, the nearest directory above it counts
     * @throws IOException when not even {@code statfs} works there
     */
    public StorageReport inspect(Path path) throws IOException {
        StorageFacts facts = facts(system.existing(path));
        Findings findings = new Findings();
        judge(facts, findings);
        followLoops(facts, findings);
        return new StorageReport(facts, findings.sorted());
    }

    private StorageFacts facts(Path path) throws IOException {
        KernelVersion kernel =
                KernelVersion.parse(system.text("/proc/sys/kernel/osrelease").orElse("unknown"));
        FileSystemStatus space = system.fileSystem(path);
        Optional<Mount> mount =
                MountTable.parse(system.text("/proc/self/mountinfo").orElse(""))
                        .of(path.toString());
        FileSystemKind kind =
                FileSystemKind.of(mount.map(Mount::type).orElse(""), space.typeMagic());
        BlockDeviceReader devices = new BlockDeviceReader(system);
        Optional<BlockDevice> device = mount.flatMap(devices::below);
        Optional<Ext4Facts> ext4 = Optional.empty();
        if (kind == FileSystemKind.EXT4 && mount.isPresent()) {
            String name = device.map(BlockDevice::name).orElse(lastName(mount.get().source()));
            ext4 = Optional.of(new Ext4Reader(system).read(path, mount.get(), name, kernel));
        }
        return new StorageFacts(path, kernel, mount, kind, space, ext4, device, swapUsed());
    }

    private static void judge(StorageFacts facts, Findings findings) {
        new FileSystemRules(facts, findings).apply();
        facts.ext4().ifPresent(ext4 -> new Ext4Rules(facts, ext4, findings).apply());
        facts.device().ifPresent(device -> new DeviceRules(findings).apply(device));
        new HostRules(facts, findings).apply();
    }

    /**
     * A loop device is as good as the file system that holds its file: the errors and warnings of
     * that one are findings here too.
     */
    private void followLoops(StorageFacts outer, Findings findings) throws IOException {
        StorageFacts facts = outer;
        for (int depth = 0; depth < LOOP_DEPTH_MAX; depth++) {
            Optional<BlockDevice> loop = facts.device().filter(d -> d.backingFile().isPresent());
            if (loop.isEmpty()) {
                return;
            }
            Path file = Path.of(loop.get().backingFile().get());
            facts = facts(system.existing(file));
            Findings below = new Findings();
            judge(facts, below);
            for (Finding finding : below.sorted()) {
                if (finding.level() != Level.INFO) {
                    findings.add(below(loop.get(), finding));
                }
            }
        }
    }

    private static Finding below(BlockDevice loop, Finding finding) {
        return new Finding(
                finding.check(),
                finding.level(),
                "below " + loop.name() + ": " + finding.fact(),
                finding.consequence(),
                finding.remedy());
    }

    /**
     * The column "Used" of /proc/swaps, in KiB. A memory-backed swap (zram) counts too: it costs
     * processor time instead of disk time.
     */
    private long swapUsed() {
        List<String> lines = system.text("/proc/swaps").orElse("").lines().skip(1).toList();
        long kibibytes = 0;
        for (String line : lines) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length >= 4 && columns[3].matches("\\d{1,15}")) {
                kibibytes += Long.parseLong(columns[3]);
            }
        }
        return kibibytes << 10;
    }

    private static String lastName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
