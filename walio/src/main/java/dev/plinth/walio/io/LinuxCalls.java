package dev.plinth.walio.io;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The libc functions that Plinth calls, one static method each, all with errno captured by the
 * linker (the virtual machine may change the thread's errno between two Java calls).
 *
 * <p>A method returns what the function returns; after -1 (or {@link #MAP_FAILED}) {@link #errno}
 * gives the number for the calling thread. No call uses {@code Linker.Option.critical}: nearly all
 * may block, and a blocked critical call stops every safepoint of the process.
 *
 * <p>Cost: a downcall with capture is about 0.2 µs; nothing is allocated. Any thread; blocks its
 * carrier.
 */
final class LinuxCalls {
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_TRUNC = 01000;
    static final int O_CLOEXEC = 02000000;

    /** The two architectures swap these two bits. */
    private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

    static final int O_DIRECT = AARCH64 ? 0200000 : 040000;
    static final int O_DIRECTORY = AARCH64 ? 040000 : 0200000;

    static final int RWF_DSYNC = 2;
    static final int AT_FDCWD = -100;
    static final int AT_EMPTY_PATH = 0x1000;
    static final int STATX_BASIC_AND_DIOALIGN = 0x07ff | 0x2000;
    static final int PROT_READ = 1;
    static final int MAP_SHARED = 1;
    static final int MAP_POPULATE = 0x8000;
    static final long MAP_FAILED = -1;
    static final int LOCK_SH = 1;
    static final int LOCK_EX = 2;
    static final int LOCK_NB = 4;
    static final int LOCK_UN = 8;
    static final int F_OFD_SETLK = 37;
    static final int F_OFD_SETLKW = 38;
    static final short F_WRLCK = 1;
    static final short F_UNLCK = 2;
    static final int POSIX_FADV_DONTNEED = 4;

    private static final int SYS_PWRITEV2 = AARCH64 ? 287 : 328;
    private static final int SYS_GETDENTS64 = AARCH64 ? 61 : 217;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBC = LINKER.defaultLookup();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    /** Where the linker leaves errno: one int, per thread. */
    private static final ThreadLocal<MemorySegment> CAPTURE =
            ThreadLocal.withInitial(
                    () -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final MethodHandle OPEN =
            variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle PREAD =
            function("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PWRITE =
            function("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PWRITEV =
            function("pwritev", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
    private static final boolean LIBC_HAS_PWRITEV2 = LIBC.find("pwritev2").isPresent();
    private static final MethodHandle PWRITEV2 =
            LIBC_HAS_PWRITEV2
                    ? function(
                            "pwritev2", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT)
                    : variadic(
                            "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT,
                            JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle FDATASYNC = function("fdatasync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FSYNC = function("fsync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FALLOCATE =
            function("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FTRUNCATE =
            function("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);

    /** {@code SYNC_FILE_RANGE_WRITE}: start writing what is dirty. */
    static final int SYNC_RANGE_START = 2;

    /** {@code SYNC_FILE_RANGE_WAIT_BEFORE}: wait for writes that were started. */
    static final int SYNC_RANGE_AWAIT = 1;

    private static final MethodHandle FADVISE =
            function("posix_fadvise", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SYNC_FILE_RANGE =
            function("sync_file_range", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle STATX =
            function("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle STATFS = function("statfs", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle FLOCK = function("flock", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCNTL =
            variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle MMAP =
            function(
                    "mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                    JAVA_LONG);
    private static final MethodHandle MUNMAP = function("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MADVISE =
            function("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle MLOCK = function("mlock", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MKDIR = function("mkdir", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RMDIR = function("rmdir", JAVA_INT, ADDRESS);
    private static final MethodHandle UNLINK = function("unlink", JAVA_INT, ADDRESS);
    private static final MethodHandle RENAME = function("rename", JAVA_INT, ADDRESS, ADDRESS);

    /**
     * By number: older libraries have no function for it, and readdir hides its errors in errno.
     */
    private static final MethodHandle GETDENTS64 =
            variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

    private LinuxCalls() {}

    private static MethodHandle function(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                address(name), FunctionDescriptor.of(result, arguments), ERRNO);
    }

    private static MethodHandle variadic(
            String name, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                address(name),
                FunctionDescriptor.of(result, arguments),
                ERRNO,
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    private static MemorySegment address(String name) {
        Optional<MemorySegment> found = LIBC.find(name);
        return found.orElseThrow(
                () -> new UnsatisfiedLinkError("the C library has no function " + name));
    }

    /** The errno of the calling thread's last failed call. */
    static int errno() {
        return CAPTURE.get().get(JAVA_INT, 0);
    }

    static int open(MemorySegment path, int flags, int mode) {
        try {
            return (int) OPEN.invokeExact(CAPTURE.get(), path, flags, mode);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int close(int fd) {
        try {
            return (int) CLOSE.invokeExact(CAPTURE.get(), fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pread(int fd, MemorySegment buffer, long length, long position) {
        try {
            return (long) PREAD.invokeExact(CAPTURE.get(), fd, buffer, length, position);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pwrite(int fd, MemorySegment buffer, long length, long position) {
        try {
            return (long) PWRITE.invokeExact(CAPTURE.get(), fd, buffer, length, position);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pwritev(int fd, MemorySegment vectors, int count, long position) {
        try {
            return (long) PWRITEV.invokeExact(CAPTURE.get(), fd, vectors, count, position);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pwritev2(int fd, MemorySegment vectors, int count, long position, int flags) {
        try {
            if (LIBC_HAS_PWRITEV2) {
                return (long)
                        PWRITEV2.invokeExact(CAPTURE.get(), fd, vectors, count, position, flags);
            }
            // The raw call takes the position in two halves; on 64 bits the second one is ignored.
            return (long)
                    PWRITEV2.invokeExact(
                            CAPTURE.get(),
                            (long) SYS_PWRITEV2,
                            fd,
                            vectors,
                            count,
                            position,
                            0L,
                            flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fdatasync(int fd) {
        try {
            return (int) FDATASYNC.invokeExact(CAPTURE.get(), fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fsync(int fd) {
        try {
            return (int) FSYNC.invokeExact(CAPTURE.get(), fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fallocate(int fd, int mode, long position, long length) {
        try {
            return (int) FALLOCATE.invokeExact(CAPTURE.get(), fd, mode, position, length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int ftruncate(int fd, long size) {
        try {
            return (int) FTRUNCATE.invokeExact(CAPTURE.get(), fd, size);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Unlike all others this one returns the error number itself. */
    static int fadvise(int fd, long position, long length, int advice) {
        try {
            return (int) FADVISE.invokeExact(CAPTURE.get(), fd, position, length, advice);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int syncFileRange(int fd, long position, long length, int flags) {
        try {
            return (int) SYNC_FILE_RANGE.invokeExact(CAPTURE.get(), fd, position, length, flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int statx(int fd, MemorySegment path, int flags, int mask, MemorySegment result) {
        try {
            return (int) STATX.invokeExact(CAPTURE.get(), fd, path, flags, mask, result);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int statfs(MemorySegment path, MemorySegment result) {
        try {
            return (int) STATFS.invokeExact(CAPTURE.get(), path, result);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int flock(int fd, int operation) {
        try {
            return (int) FLOCK.invokeExact(CAPTURE.get(), fd, operation);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fcntl(int fd, int command, MemorySegment argument) {
        try {
            return (int) FCNTL.invokeExact(CAPTURE.get(), fd, command, argument);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long mmap(long length, int protection, int flags, int fd, long position) {
        try {
            return (long)
                    MMAP.invokeExact(CAPTURE.get(), 0L, length, protection, flags, fd, position);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int munmap(long address, long length) {
        try {
            return (int) MUNMAP.invokeExact(CAPTURE.get(), address, length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int madvise(long address, long length, int advice) {
        try {
            return (int) MADVISE.invokeExact(CAPTURE.get(), address, length, advice);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int mlock(long address, long length) {
        try {
            return (int) MLOCK.invokeExact(CAPTURE.get(), address, length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int mkdir(MemorySegment path, int mode) {
        try {
            return (int) MKDIR.invokeExact(CAPTURE.get(), path, mode);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int rmdir(MemorySegment path) {
        try {
            return (int) RMDIR.invokeExact(CAPTURE.get(), path);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int unlink(MemorySegment path) {
        try {
            return (int) UNLINK.invokeExact(CAPTURE.get(), path);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int rename(MemorySegment source, MemorySegment target) {
        try {
            return (int) RENAME.invokeExact(CAPTURE.get(), source, target);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Fills the buffer with {@code struct linux_dirent64}s; 0 at the end. */
    static long getdents64(int fd, MemorySegment buffer) {
        try {
            return (long)
                    GETDENTS64.invokeExact(
                            CAPTURE.get(), (long) SYS_GETDENTS64, fd, buffer, buffer.byteSize());
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A downcall throws only for arguments that Java itself refuses, such as a closed segment. */
    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(e);
    }
}
