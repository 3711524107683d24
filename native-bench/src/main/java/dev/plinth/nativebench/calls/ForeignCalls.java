package dev.plinth.nativebench.calls;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Downcalls of {@code java.lang.foreign} in the variants that the linker offers. Handles are static
 * and final, which is what lets the compiler inline them.
 */
final class ForeignCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final FunctionDescriptor NOTHING_TO_INT = FunctionDescriptor.of(JAVA_INT);
    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    private static final MethodHandle GETPPID = handle("getppid", NOTHING_TO_INT);
    private static final MethodHandle GETPPID_CRITICAL =
            handle("getppid", NOTHING_TO_INT, Linker.Option.critical(false));
    private static final MethodHandle GETPPID_ERRNO = handle("getppid", NOTHING_TO_INT, ERRNO);
    private static final MethodHandle PREAD = handle("pread", TRANSFER, ERRNO);
    private static final MethodHandle PWRITE = handle("pwrite", TRANSFER, ERRNO);

    private final MemorySegment capture;

    ForeignCalls(Arena arena) {
        capture = arena.allocate(Linker.Option.captureStateLayout());
    }

    private static MethodHandle handle(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(), descriptor, options);
    }

    int getppid() {
        try {
            return (int) GETPPID.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    int getppidCritical() {
        try {
            return (int) GETPPID_CRITICAL.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    int getppidWithErrno() {
        try {
            return (int) GETPPID_ERRNO.invokeExact(capture);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    long pread(int descriptor, MemorySegment target, long position) {
        try {
            return (long)
                    PREAD.invokeExact(capture, descriptor, target, target.byteSize(), position);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    long pwrite(int descriptor, MemorySegment source, long position) {
        try {
            return (long)
                    PWRITE.invokeExact(capture, descriptor, source, source.byteSize(), position);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
