package dev.plinth.walio.check;

import java.util.List;
import java.util.Optional;

/**
 * One device in the chain below a file system, from {@code /sys}.
 *
 * @param name the kernel's name, such as {@code nvme0n1p2} or {@code dm-3}
 * @param disk name of the whole device, equal to the name unless this is a partition
 * @param sysPath real path of the whole device below {@code /sys}: tells the bus it hangs on
 * @param cache volatile or not
 * @param forceUnitAccess whether the device takes single writes through its cache
 * @param rotational what the kernel believes; wrong on many virtual machines
 * @param logicalBlockBytes unit of addressing, 0 if unknown
 * @param physicalBlockBytes unit that the device writes without reading first, 0 if unknown
 * @param scheduler the active one, empty if unknown
 * @param model what the device calls itself, empty if it does not
 * @param mapperUuid device-mapper's identity, such as {@code CRYPT-LUKS2-…}; empty for others
 * @param backingFile the file under a loop device
 * @param loopDirect whether a loop device bypasses the page cache of its backing file
 * @param alignmentOffsetBytes distance of its start from a physical block's start
 * @param thin whether it says that it allocates on first write
 * @param lower devices that it is made of, outermost first
 */
public record BlockDevice(
        String name,
        String disk,
        String sysPath,
        WriteCache cache,
        boolean forceUnitAccess,
        boolean rotational,
        int logicalBlockBytes,
        int physicalBlockBytes,
        String scheduler,
        String model,
        String mapperUuid,
        Optional<String> backingFile,
        boolean loopDirect,
        int alignmentOffsetBytes,
        boolean thin,
        List<BlockDevice> lower) {
    /** What the kernel holds of a device's write cache. */
    public enum WriteCache {
        /** Loses its content with the power: the kernel sends flushes. */
        VOLATILE,
        /** None, or one that survives a power cut: the kernel sends no flushes. */
        SAFE,
        UNKNOWN
    }

    /** Whether the name is of a driver: its name, then digits or a partition. */
    boolean isNamed(String driver) {
        return disk.startsWith(driver)
                && disk.length() > driver.length()
                && Character.isDigit(disk.charAt(driver.length()));
    }

    boolean isVirtual() {
        return disk.startsWith("vd") || disk.startsWith("xvd") || isNamed("loop");
    }
}
