package dev.plinth.nativebench.calls;

import com.sun.jna.Pointer;
import dev.plinth.nativebench.measure.NativeFile;
import dev.plinth.nativebench.measure.NativeLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Times system calls by each way in batches that take turns, so that a disturbance hits all ways
 * alike. {@code getppid} is the cheapest call that really enters the kernel; {@code pread} and
 * {@code pwrite} move 4 KiB between memory and the page cache and never wait for the device.
 */
public final class CallBench {
    private static final int CALLS_PER_BATCH = 2000;
    private static final int WARM_UP_ROUNDS = 30;
    private static final int BLOCK_BYTES = 4096;
    private static final int BLOCKS = 64;
    private static final int SYS_GETPPID = 110;
    private static final int SYS_PREAD64 = 17;
    private static final int SYS_PWRITE64 = 18;

    private static final String NATIVE = "machine code";
    private static final String FOREIGN = "FFM";

    /** Told of each round. */
    public interface Listener {
        void round(int done, int all);
    }

    private final Path file;
    private final int rounds;
    private final long seed;
    private long sink;

    /**
     * A bench.
     *
     * @param file to make, use and remove
     * @param rounds batches of each way that count
     */
    public CallBench(Path file, int rounds, long seed) {
        this.file = file;
        this.rounds = rounds;
        this.seed = seed;
    }

    /** Costs in the order of operations and ways. */
    public List<CallCost> run(Listener listener) throws IOException {
        Files.write(file, new byte[BLOCK_BYTES * BLOCKS], StandardOpenOption.CREATE_NEW);
        try (Arena arena = Arena.ofConfined();
                FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                NativeFile descriptor = new NativeFile(file, NativeFile.O_RDWR)) {
            List<CallWay> ways = new ArrayList<>();
            NativeLoop loop = NativeLoop.isSupported() ? new NativeLoop(CALLS_PER_BATCH) : null;
            try {
                if (loop != null) {
                    addNative(ways, loop, arena, descriptor.descriptor());
                }
                addCallsOnly(ways, new ForeignCalls(arena));
                addTransfers(ways, arena, descriptor.descriptor(), channel);
                return measure(ways, listener);
            } finally {
                if (loop != null) {
                    loop.close();
                }
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Consumed results, so that no compiler may leave the calls out. */
    public long sink() {
        return sink;
    }

    private List<CallCost> measure(List<CallWay> ways, Listener listener) throws IOException {
        List<Integer> order = new ArrayList<>();
        double[][] samples = new double[ways.size()][rounds];
        for (int i = 0; i < ways.size(); i++) {
            order.add(i);
        }
        Random random = new Random(seed);
        int all = WARM_UP_ROUNDS + rounds;
        for (int round = 0; round < all; round++) {
            Collections.shuffle(order, random);
            for (int way : order) {
                long nanos = ways.get(way).batch().run(CALLS_PER_BATCH);
                if (round >= WARM_UP_ROUNDS) {
                    samples[way][round - WARM_UP_ROUNDS] = (double) nanos / CALLS_PER_BATCH;
                }
            }
            listener.round(round + 1, all);
        }
        List<CallCost> costs = new ArrayList<>();
        for (int i = 0; i < ways.size(); i++) {
            Arrays.sort(samples[i]);
            CallWay way = ways.get(i);
            costs.add(
                    new CallCost(
                            way.operation(),
                            way.label(),
                            way.remark(),
                            samples[i][rounds / 2],
                            samples[i][0]));
        }
        costs.sort(Comparator.comparing(CallCost::operation));
        return costs;
    }

    private void addNative(List<CallWay> ways, NativeLoop loop, Arena arena, int descriptor) {
        MemorySegment block = arena.allocate(BLOCK_BYTES, BLOCK_BYTES);
        String remark = "floor; reads the time-stamp counter twice a call";
        ways.add(
                new CallWay(
                        "getppid",
                        NATIVE,
                        remark,
                        count -> loop.runTotal(NativeLoop.Call.plain(SYS_GETPPID), count, file)));
        ways.add(
                new CallWay(
                        "pread 4 KiB",
                        NATIVE,
                        remark,
                        count ->
                                loop.runTotal(
                                        transfer(SYS_PREAD64, descriptor, block), count, file)));
        ways.add(
                new CallWay(
                        "pwrite 4 KiB",
                        NATIVE,
                        remark,
                        count ->
                                loop.runTotal(
                                        transfer(SYS_PWRITE64, descriptor, block), count, file)));
    }

    private static NativeLoop.Call transfer(int number, int descriptor, MemorySegment block) {
        return new NativeLoop.Call(number, descriptor, block.address(), BLOCK_BYTES, 0, 0, 0, 0);
    }

    private void addCallsOnly(List<CallWay> ways, ForeignCalls foreign) {
        JnaCalls.CLibrary library = JnaCalls.byInterface();
        ways.add(way("getppid", FOREIGN, "plain downcall", n -> repeat(n, foreign::getppid)));
        ways.add(
                way(
                        "getppid",
                        "FFM, errno captured",
                        "as Plinth calls",
                        n -> repeat(n, foreign::getppidWithErrno)));
        ways.add(
                way(
                        "getppid",
                        "FFM, critical",
                        "holds up safepoints: never for calls that wait",
                        n -> repeat(n, foreign::getppidCritical)));
        ways.add(
                way(
                        "getppid",
                        "JNA, direct mapping",
                        "native methods bound by JNA",
                        n -> repeat(n, JnaCalls::getppid)));
        ways.add(
                way(
                        "getppid",
                        "JNA, interface",
                        "through a proxy",
                        n -> repeat(n, library::getppid)));
        ways.add(
                way(
                        "clock",
                        "System.nanoTime",
                        "does not enter the kernel",
                        n -> repeatLong(n, System::nanoTime)));
    }

    private void addTransfers(
            List<CallWay> ways, Arena arena, int descriptor, FileChannel channel) {
        ForeignCalls foreign = new ForeignCalls(arena);
        MemorySegment block = arena.allocate(BLOCK_BYTES, BLOCK_BYTES);
        Pointer pointer = new Pointer(block.address());
        ByteBuffer direct = block.asByteBuffer();
        ByteBuffer heap = ByteBuffer.allocate(BLOCK_BYTES);
        String read = "pread 4 KiB";
        String write = "pwrite 4 KiB";
        ways.add(
                way(
                        read,
                        "FFM, errno captured",
                        "as Plinth calls",
                        n -> repeatLong(n, () -> foreign.pread(descriptor, block, 0))));
        ways.add(
                way(
                        read,
                        "JNA, direct mapping",
                        "native methods bound by JNA",
                        n ->
                                repeatLong(
                                        n,
                                        () ->
                                                JnaCalls.pread(
                                                        descriptor, pointer, BLOCK_BYTES, 0))));
        ways.add(
                way(
                        read,
                        "FileChannel, direct buffer",
                        "",
                        n -> repeatLong(n, () -> channel.read(direct.clear(), 0))));
        ways.add(
                way(
                        read,
                        "FileChannel, heap buffer",
                        "copies once more",
                        n -> repeatLong(n, () -> channel.read(heap.clear(), 0))));
        ways.add(
                way(
                        write,
                        "FFM, errno captured",
                        "as Plinth calls",
                        n -> repeatLong(n, () -> foreign.pwrite(descriptor, block, 0))));
        ways.add(
                way(
                        write,
                        "JNA, direct mapping",
                        "native methods bound by JNA",
                        n ->
                                repeatLong(
                                        n,
                                        () ->
                                                JnaCalls.pwrite(
                                                        descriptor, pointer, BLOCK_BYTES, 0))));
        ways.add(
                way(
                        write,
                        "FileChannel, direct buffer",
                        "",
                        n -> repeatLong(n, () -> channel.write(direct.clear(), 0))));
        ways.add(
                way(
                        write,
                        "FileChannel, heap buffer",
                        "copies once more",
                        n -> repeatLong(n, () -> channel.write(heap.clear(), 0))));
    }

    private static CallWay way(String operation, String label, String remark, CallWay.Batch batch) {
        return new CallWay(operation, label, remark, batch);
    }

    private interface IntCall {
        int call();
    }

    private interface LongCall {
        long call() throws IOException;
    }

    private long repeat(int count, IntCall call) {
        long sum = 0;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            sum += call.call();
        }
        long nanos = System.nanoTime() - start;
        sink += sum;
        return nanos;
    }

    private long repeatLong(int count, LongCall call) throws IOException {
        long sum = 0;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            sum += call.call();
        }
        long nanos = System.nanoTime() - start;
        sink += sum;
        return nanos;
    }
}
