package dev.plinth.walio.check;

import dev.plinth.walio.io.FileSystemStatus;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What lies under a path.
 *
 * @param path the nearest existing place, without symbolic links
 * @param kernel the running kernel
 * @param mount where it is mounted; empty when the mount table is not readable
 * @param kind the file system's kind
 * @param space its size and free space
 * @param ext4 more, if it is an ext4
 * @param device the outermost block device; empty for network, memory and stacked file systems
 * @param swapUsedBytes how much of the machine's memory is swapped out
 */
public record StorageFacts(
        Path path,
        KernelVersion kernel,
        Optional<Mount> mount,
        FileSystemKind kind,
        FileSystemStatus space,
        Optional<Ext4Facts> ext4,
        Optional<BlockDevice> device,
        long swapUsedBytes) {
    /** Whether the device is known to lose its cache with the power. */
    public BlockDevice.WriteCache writeCache() {
        return device.map(BlockDevice::cache).orElse(BlockDevice.WriteCache.UNKNOWN);
    }

    /** Whether an option of the mount or of the file system is in force. */
    public boolean hasOption(String option) {
        return mount.map(m -> m.hasOption(option)).orElse(false)
                || ext4.map(e -> e.options().contains(option)).orElse(false);
    }

    /** The file system's name as in the mount table. */
    public String typeName() {
        return mount.map(Mount::type)
                .orElseGet(() -> "type 0x" + Long.toHexString(space.typeMagic()));
    }
}
