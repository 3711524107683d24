package dev.plinth.walio.check;

import dev.plinth.walio.io.FileSystemStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the inspection may ask of the machine: the kernel's text files, the super block of a device
 * and the state of a file system. The seam between the rules and the machine; tests put trees of
 * known-bad set-ups here.
 */
public interface SystemView {
    /**
     * A text file below {@code /proc} or {@code /sys}; empty when it is missing or not readable.
     */
    Optional<String> text(String path);

    /** Names in a directory, sorted; empty when it is missing or not readable. */
    List<String> names(String directory);

    /** Where a name leads after all symbolic links; empty when it leads nowhere. */
    Optional<String> target(String path);

    /**
     * Bytes of a block device.
     *
     * @return exactly {@code length} bytes; empty when the device may not be read (it wants the
     *     superuser or the group {@code disk}) or is shorter
     */
    Optional<byte[]> deviceBytes(String devicePath, long offset, int length);

    /** The nearest existing place at or above a path, without symbolic links. */
    Path existing(Path path) throws IOException;

    /** {@code statfs} of an existing path. */
    FileSystemStatus fileSystem(Path path) throws IOException;

    /**
     * Makes a file in a directory, writes to it, syncs and removes it: {@code true} if all that
     * went well. Counters of the file system that count syncs have moved afterwards.
     */
    boolean syncSmallFile(Path directory);
}
