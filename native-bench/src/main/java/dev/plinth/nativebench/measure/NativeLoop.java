package dev.plinth.nativebench.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.plinth.walio.io.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * A loop around one system call in machine code of our own: what a call costs when nothing of Java
 * is near, time taking included (two reads of the time-stamp counter instead of two calls of the
 * clock). The yardstick that every Java figure stands beside.
 *
 * <p>x86-64 only, and only where the kernel grants executable memory; {@link #isSupported} tells.
 * The code, 116 bytes at the C calling convention {@code long loop(ticks, count, number, args)}:
 *
 * <pre>
 *        push  rbx, rbp, r12, r13, r14
 *        rbx = ticks; rbp = count; r12 = number; r13 = args; r14 = 0
 *   next: if r14 >= count: goto done
 *        ticks[0] = rdtsc
 *        rdi, rsi, rdx, r10, r8, r9 = args[0..5]
 *        rax = number; syscall
 *        if rax &lt; 0: goto out                  ; returns minus the error number
 *        ticks[1] = rdtsc
 *        args[3] += args[6]                     ; the position moves on by the stride
 *        ticks += 2; r14 += 1; goto next
 *   done: rax = r14
 *   out:  pop all; ret
 * </pre>
 *
 * One thread at a time.
 */
public final class NativeLoop implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();

    private static final byte[] CODE =
            HEX.parseHex(
                    "53554154415541564889fb4889f54989d44989cd4531f6" // push, take arguments
                            + "4939ee7d4c" // next
                            + "0f3148c1e2204809d0488903" // ticks[0]
                            + "498b7d00498b7508498b55104d8b55184d8b45204d8b4d28" // arguments
                            + "4c89e00f054885c07821" // syscall
                            + "0f3148c1e2204809d048894308" // ticks[1]
                            + "498b453049014518" // position
                            + "4883c31049ffc6ebaf" // go on
                            + "4c89f0415e415d415c5d5bc3"); // done, out

    private static final int PAGE_BYTES = 4096;
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int ARGUMENTS = 7;
    private static final int SYS_GETPPID = 110;
    private static final long CALIBRATION_NANOS = 100_000_000;

    private final Arena arena = Arena.ofShared();
    private final long page;
    private final MethodHandle loop;
    private final MethodHandle munmap;
    private final MemorySegment ticks;
    private final MemorySegment arguments;
    private final int countMax;
    private final double nanosPerTick;

    /**
     * Readies the loop.
     *
     * @param countMax calls in one run at most
     * @throws UnsupportedOperationException where there is no such loop
     */
    public NativeLoop(int countMax) {
        if (!isSupported()) {
            throw new UnsupportedOperationException("the native loop is written for x86-64 only");
        }
        this.countMax = countMax;
        Linker linker = Linker.nativeLinker();
        MethodHandle mmap =
                function(
                        linker,
                        "mmap",
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                                JAVA_LONG));
        MethodHandle mprotect =
                function(
                        linker,
                        "mprotect",
                        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        munmap = function(linker, "munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
        page = install(mmap, mprotect);
        loop =
                linker.downcallHandle(
                        MemorySegment.ofAddress(page),
                        FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));
        ticks = arena.allocate((long) countMax * 2 * Long.BYTES, 64);
        arguments = arena.allocate((long) ARGUMENTS * Long.BYTES, 64);
        nanosPerTick = calibrate();
    }

    /** Whether this machine's processor is one that the loop is written for. */
    public static boolean isSupported() {
        return System.getProperty("os.arch").equals("amd64");
    }

    private static MethodHandle function(
            Linker linker, String name, FunctionDescriptor descriptor) {
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
    }

    private static long install(MethodHandle mmap, MethodHandle mprotect) {
        try {
            long address =
                    (long)
                            mmap.invokeExact(
                                    0L,
                                    (long) PAGE_BYTES,
                                    PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE_ANONYMOUS,
                                    -1,
                                    0L);
            if (address == -1) {
                throw new UnsupportedOperationException("no memory for the native loop");
            }
            MemorySegment.ofAddress(address)
                    .reinterpret(PAGE_BYTES)
                    .copyFrom(MemorySegment.ofArray(CODE));
            int result =
                    (int) mprotect.invokeExact(address, (long) PAGE_BYTES, PROT_READ | PROT_EXEC);
            if (result != 0) {
                throw new UnsupportedOperationException("the kernel grants no executable memory");
            }
            return address;
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Arguments that stay the same from call to call, and how far the fourth moves. */
    public record Call(
            int number, long a0, long a1, long a2, long a3, long stride, long a4, long a5) {
        /** A call without arguments. */
        public static Call plain(int number) {
            return new Call(number, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    /**
     * Runs the loop.
     *
     * @param path what an error is about
     * @return nanoseconds of each call, of length {@code count}
     */
    public long[] run(Call call, int count, Path path) throws PosixException {
        if (count > countMax) {
            throw new IllegalArgumentException(count + " calls, at most " + countMax);
        }
        invoke(call, count, path);
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            nanos[i] = Math.round((tick(2 * i + 1) - tick(2 * i)) * nanosPerTick);
        }
        return nanos;
    }

    /**
     * Runs the loop for its total time.
     *
     * @return nanoseconds for all calls together, the time taking inside the loop included
     */
    public long runTotal(Call call, int count, Path path) throws PosixException {
        if (count > countMax) {
            throw new IllegalArgumentException(count + " calls, at most " + countMax);
        }
        long start = System.nanoTime();
        invoke(call, count, path);
        return System.nanoTime() - start;
    }

    private long tick(int index) {
        return ticks.getAtIndex(JAVA_LONG, index);
    }

    private void invoke(Call call, int count, Path path) throws PosixException {
        long[] values = {call.a0, call.a1, call.a2, call.a3, call.a4, call.a5, call.stride};
        MemorySegment.copy(values, 0, arguments, JAVA_LONG, 0, ARGUMENTS);
        long result;
        try {
            result = (long) loop.invokeExact(ticks, (long) count, (long) call.number, arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (result < 0) {
            throw new PosixException("system call " + call.number, path, (int) -result);
        }
    }

    /** The counter's rate against the clock, over a tenth of a second. */
    private double calibrate() {
        long startTick = tickNow();
        long start = System.nanoTime();
        long end = start;
        while (end - start < CALIBRATION_NANOS) {
            end = System.nanoTime();
        }
        return (double) (end - start) / (tickNow() - startTick);
    }

    private long tickNow() {
        try {
            invoke(Call.plain(SYS_GETPPID), 1, Path.of("getppid"));
        } catch (PosixException e) {
            throw new IllegalStateException("getppid cannot fail", e);
        }
        return tick(1);
    }

    @Override
    public void close() {
        try {
            int result = (int) munmap.invokeExact(page, (long) PAGE_BYTES);
            if (result != 0) {
                throw new IllegalStateException("munmap: " + result);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        arena.close();
    }
}
