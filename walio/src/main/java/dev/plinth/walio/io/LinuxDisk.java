package dev.plinth.walio.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Files of the machine, by the system calls of Linux on x86-64 and aarch64. Stateless; any thread,
 * platform threads preferred since each call may block its carrier.
 */
public final class LinuxDisk implements Disk {
    private static final int S_IFMT = 0170000;
    private static final int S_IFREG = 0100000;
    private static final int S_IFDIR = 0040000;
    private static final int S_IFBLK = 0060000;
    private static final int STATX_DIOALIGN = 0x2000;

    /** struct statx and struct statfs are smaller. */
    private static final int STATUS_BYTES_MAX = 256;

    private static final int DIRENT_BUFFER_BYTES = 32 * 1024;

    /** Offsets in {@code struct linux_dirent64}: d_reclen and d_name. */
    private static final int DIRENT_LENGTH = 16;

    private static final int DIRENT_NAME = 19;

    /** The files of this machine. */
    public LinuxDisk() {}

    @Override
    public DiskFile open(Path path, int mode, OpenFlag... flags) throws IOException {
        int bits = LinuxCalls.O_CLOEXEC;
        boolean read = false;
        boolean write = false;
        boolean direct = false;
        for (OpenFlag flag : flags) {
            switch (flag) {
                case READ -> read = true;
                case WRITE -> write = true;
                case CREATE -> bits |= LinuxCalls.O_CREAT;
                case EXCLUSIVE -> bits |= LinuxCalls.O_EXCL;
                case TRUNCATE -> bits |= LinuxCalls.O_TRUNC;
                case DIRECT -> direct = true;
            }
        }
        bits |= write ? (read ? LinuxCalls.O_RDWR : LinuxCalls.O_WRONLY) : LinuxCalls.O_RDONLY;
        if (direct) {
            bits |= LinuxCalls.O_DIRECT;
        }
        return new LinuxFile(path, descriptor(path, bits, mode), direct);
    }

    private static int descriptor(Path path, int bits, int mode) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = cString(arena, path);
            while (true) {
                int fd = LinuxCalls.open(name, bits, mode);
                if (fd >= 0) {
                    return fd;
                }
                failUnlessInterrupted("open", path);
            }
        }
    }

    @Override
    public void createDirectory(Path path, int mode) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            check("mkdir", path, LinuxCalls.mkdir(cString(arena, path), mode));
        }
    }

    @Override
    public void syncDirectory(Path path) throws IOException {
        int fd = descriptor(path, LinuxCalls.O_DIRECTORY | LinuxCalls.O_CLOEXEC, 0);
        try (LinuxFile directory = new LinuxFile(path, fd, false)) {
            directory.fsync();
        }
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        int fd = descriptor(directory, LinuxCalls.O_DIRECTORY | LinuxCalls.O_CLOEXEC, 0);
        try (LinuxFile open = new LinuxFile(directory, fd, false);
                Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(DIRENT_BUFFER_BYTES, Long.BYTES);
            List<String> names = new ArrayList<>();
            long bytes;
            while ((bytes = LinuxCalls.getdents64(open.fd(), buffer)) > 0) {
                collectNames(buffer.asSlice(0, bytes), names);
            }
            check("getdents64", directory, (int) bytes);
            names.sort(null);
            return names;
        }
    }

    private static void collectNames(MemorySegment entries, List<String> names) {
        long at = 0;
        while (at < entries.byteSize()) {
            String name = entries.getString(at + DIRENT_NAME, StandardCharsets.UTF_8);
            if (!name.equals(".") && !name.equals("..")) {
                names.add(name);
            }
            at += Short.toUnsignedInt(entries.get(JAVA_SHORT, at + DIRENT_LENGTH));
        }
    }

    @Override
    public void rename(Path source, Path target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int result = LinuxCalls.rename(cString(arena, source), cString(arena, target));
            if (result < 0) {
                throw new PosixException("rename", source, LinuxCalls.errno(), "to " + target);
            }
        }
    }

    @Override
    public void unlink(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            check("unlink", path, LinuxCalls.unlink(cString(arena, path)));
        }
    }

    @Override
    public void removeDirectory(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            check("rmdir", path, LinuxCalls.rmdir(cString(arena, path)));
        }
    }

    @Override
    public FileStatus status(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return statx(arena, path, LinuxCalls.AT_FDCWD, cString(arena, path), 0);
        }
    }

    @Override
    public FileSystemStatus fileSystem(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(STATUS_BYTES_MAX, Long.BYTES);
            check("statfs", path, LinuxCalls.statfs(cString(arena, path), buffer));
            long blockSize = buffer.get(JAVA_LONG, 8);
            long fragmentSize = buffer.get(JAVA_LONG, 72);
            long unit = fragmentSize > 0 ? fragmentSize : blockSize;
            return new FileSystemStatus(
                    buffer.get(JAVA_LONG, 0) & 0xffff_ffffL,
                    blockSize,
                    buffer.get(JAVA_LONG, 16) * unit,
                    buffer.get(JAVA_LONG, 24) * unit,
                    buffer.get(JAVA_LONG, 32) * unit,
                    (buffer.get(JAVA_LONG, 80) & 1) != 0);
        }
    }

    @Override
    public boolean exists(Path path) throws IOException {
        try {
            status(path);
            return true;
        } catch (PosixException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return false;
            }
            throw e;
        }
    }

    /** {@code statx} of a descriptor (empty name and AT_EMPTY_PATH) or of a name. */
    static FileStatus statx(Arena arena, Path path, int fd, MemorySegment name, int flags)
            throws PosixException {
        MemorySegment buffer = arena.allocate(STATUS_BYTES_MAX, Long.BYTES);
        int result = LinuxCalls.statx(fd, name, flags, LinuxCalls.STATX_BASIC_AND_DIOALIGN, buffer);
        check("statx", path, result);
        int mode = Short.toUnsignedInt(buffer.get(JAVA_SHORT, 28));
        FileStatus.Kind kind =
                switch (mode & S_IFMT) {
                    case S_IFREG -> FileStatus.Kind.REGULAR;
                    case S_IFDIR -> FileStatus.Kind.DIRECTORY;
                    case S_IFBLK -> FileStatus.Kind.BLOCK_DEVICE;
                    default -> FileStatus.Kind.OTHER;
                };
        boolean alignmentKnown = (buffer.get(JAVA_INT, 0) & STATX_DIOALIGN) != 0;
        return new FileStatus(
                kind,
                mode & 07777,
                buffer.get(JAVA_LONG, 40),
                buffer.get(JAVA_LONG, 48) * 512,
                buffer.get(JAVA_LONG, 32),
                buffer.get(JAVA_INT, 136),
                buffer.get(JAVA_INT, 140),
                alignmentKnown ? buffer.get(JAVA_INT, 152) : -1,
                alignmentKnown ? buffer.get(JAVA_INT, 156) : -1);
    }

    private static MemorySegment cString(Arena arena, Path path) {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        MemorySegment segment = arena.allocate(name.length + 1L);
        MemorySegment.copy(name, 0, segment, JAVA_BYTE, 0, name.length);
        return segment;
    }

    private static void check(String call, Path path, int result) throws PosixException {
        if (result < 0) {
            throw new PosixException(call, path, LinuxCalls.errno());
        }
    }

    static void failUnlessInterrupted(String call, Path path) throws PosixException {
        int errno = LinuxCalls.errno();
        if (errno != Errno.EINTR.number()) {
            throw new PosixException(call, path, errno);
        }
    }
}
