package dev.plinth.walio.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files and directories as the log and the page store need them: the seam between them and the
 * kernel. Any thread.
 *
 * <p>Names are durable only after {@link #syncDirectory} of their directory, contents only after a
 * sync of the file; the simulated disk takes both at their word. Errors are {@link
 * PosixException}s.
 */
public interface Disk {
    /** Mode of files that only their owner may touch. */
    int OWNER_FILE = 0600;

    /** Mode of directories that only their owner may touch. */
    int OWNER_DIRECTORY = 0700;

    /**
     * Opens a file.
     *
     * @param mode permission bits for a file that {@link OpenFlag#CREATE} makes, before the umask
     */
    DiskFile open(Path path, int mode, OpenFlag... flags) throws IOException;

    /** {@code mkdir}. The parent has to be there; an existing name is {@link Errno#EEXIST}. */
    void createDirectory(Path path, int mode) throws IOException;

    /**
     * {@code fsync} of a directory: creations, renames and removals in it are durable afterwards.
     */
    void syncDirectory(Path path) throws IOException;

    /** Names in a directory without {@code .} and {@code ..}, sorted by bytes. */
    List<String> list(Path directory) throws IOException;

    /** {@code rename}: replaces a file at the target in one step. */
    void rename(Path source, Path target) throws IOException;

    /** {@code unlink}. Open descriptors of the file stay usable. */
    void unlink(Path path) throws IOException;

    /** {@code rmdir} of an empty directory. */
    void removeDirectory(Path path) throws IOException;

    /** {@code statx}, following symbolic links. */
    FileStatus status(Path path) throws IOException;

    /** {@code statfs}. */
    FileSystemStatus fileSystem(Path path) throws IOException;

    /** Whether the name leads to something. */
    boolean exists(Path path) throws IOException;
}
