package dev.plinth.walio.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the chain of devices out of {@code /sys}. A device is found by its number, since the names
 * in the mount table may be links or be gone ({@code /dev/root}); a partition's folder lies inside
 * its disk's, which has the queue.
 */
final class BlockDeviceReader {
    /** Deeper or wider stacks of mappers are cut off here. */
    private static final int DEPTH_MAX = 8;

    private static final int LOWER_MAX = 32;

    private final SystemView system;

    BlockDeviceReader(SystemView system) {
        this.system = system;
    }

    /** The device that a mount stands on, if it stands on one. */
    Optional<BlockDevice> below(Mount mount) {
        if (mount.major() != 0) {
            String link = "/sys/dev/block/" + mount.major() + ":" + mount.minor();
            Optional<String> folder = system.target(link);
            if (folder.isPresent()) {
                return Optional.of(read(folder.get(), 0));
            }
        }
        // btrfs has numbers of its own; its source in the table is one of its devices.
        if (!mount.source().startsWith("/dev/")) {
            return Optional.empty();
        }
        String device = system.target(mount.source()).orElse(mount.source());
        return system.target("/sys/class/block/" + lastName(device)).map(path -> read(path, 0));
    }

    private BlockDevice read(String folder, int depth) {
        String name = lastName(folder);
        boolean partition = system.text(folder + "/partition").isPresent();
        String disk = partition ? folder.substring(0, folder.lastIndexOf('/')) : folder;
        String queue = disk + "/queue/";
        return new BlockDevice(
                name,
                lastName(disk),
                disk,
                cache(queue),
                flag(queue + "fua"),
                flag(queue + "rotational"),
                number(queue + "logical_block_size"),
                number(queue + "physical_block_size"),
                scheduler(queue),
                line(disk + "/device/model"),
                line(disk + "/dm/uuid"),
                system.text(disk + "/loop/backing_file").map(String::strip),
                flag(disk + "/loop/dio"),
                number(folder + "/alignment_offset"),
                isThin(disk),
                depth < DEPTH_MAX ? lower(disk, depth) : List.of());
    }

    private List<BlockDevice> lower(String disk, int depth) {
        List<BlockDevice> lower = new ArrayList<>();
        for (String name : system.names(disk + "/slaves").stream().limit(LOWER_MAX).toList()) {
            system.target(disk + "/slaves/" + name).ifPresent(p -> lower.add(read(p, depth + 1)));
        }
        return List.copyOf(lower);
    }

    private BlockDevice.WriteCache cache(String queue) {
        return switch (line(queue + "write_cache")) {
            case "write back" -> BlockDevice.WriteCache.VOLATILE;
            case "write through" -> BlockDevice.WriteCache.SAFE;
            default -> BlockDevice.WriteCache.UNKNOWN;
        };
    }

    /** The one in brackets: {@code none [mq-deadline] kyber}. */
    private String scheduler(String queue) {
        String all = line(queue + "scheduler");
        int open = all.indexOf('[');
        int close = all.indexOf(']', open + 1);
        return open >= 0 && close > open ? all.substring(open + 1, close) : all;
    }

    /** A thin volume of LVM, a VDO volume, or a SCSI disk that reports thin provisioning. */
    private boolean isThin(String disk) {
        String uuid = line(disk + "/dm/uuid");
        if (uuid.endsWith("-tpool") || uuid.endsWith("-vpool") || uuid.startsWith("VDO-")) {
            return true;
        }
        String scsi = disk + "/device/scsi_disk";
        return system.names(scsi).stream()
                .anyMatch(address -> flag(scsi + "/" + address + "/thin_provisioning"));
    }

    private boolean flag(String path) {
        return line(path).equals("1");
    }

    private int number(String path) {
        String text = line(path);
        boolean digits = !text.isEmpty() && text.length() <= 9;
        return digits && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Integer.parseInt(text)
                : 0;
    }

    private String line(String path) {
        return system.text(path).map(String::strip).orElse("");
    }

    private static String lastName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
