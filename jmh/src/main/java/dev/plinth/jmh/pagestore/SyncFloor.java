package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.Options;
import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What the machine needs for the writes and syncs of a workload alone: the calls that our store
 * makes are recorded once, and made again with nothing in between, on a copy of the file as it was
 * before them.
 */
final class SyncFloor {
    private static final String NAME = "plinth.db";

    private final List<Call> calls = new ArrayList<>();

    private record Call(String name, long position, long length) {}

    /** A disk that records what is written to the store's file from now on. */
    Disk recording() {
        LinuxDisk disk = new LinuxDisk();
        return (Disk)
                proxy(
                        Disk.class,
                        (method, arguments) -> {
                            Object result = invoke(disk, method, arguments);
                            return result instanceof DiskFile file ? recorded(file) : result;
                        });
    }

    private DiskFile recorded(DiskFile file) {
        return (DiskFile)
                proxy(
                        DiskFile.class,
                        (method, arguments) -> {
                            record(method.getName(), arguments);
                            return invoke(file, method, arguments);
                        });
    }

    private void record(String method, Object[] arguments) {
        switch (method) {
            case "pwrite" ->
                    add(method, (long) arguments[1], ((MemorySegment) arguments[0]).byteSize());
            case "pwritev" -> {
                long bytes = 0;
                for (Object source : (List<?>) arguments[0]) {
                    bytes += ((MemorySegment) source).byteSize();
                }
                add("pwrite", (long) arguments[1], bytes);
            }
            case "pwriteDsync" -> add(method, (long) arguments[3], (long) arguments[2]);
            case "startWriteback" -> add(method, (long) arguments[0], (long) arguments[1]);
            case "fallocate" -> add(method, (long) arguments[1], (long) arguments[2]);
            case "fdatasync", "fsync" -> add(method, 0, 0);
            default -> {}
        }
    }

    private void add(String name, long position, long length) {
        calls.add(new Call(name, position, length));
    }

    /** Forgets what was recorded, and keeps the file as it is now for the runs to start from. */
    void start(Path home, Path copy) throws IOException {
        calls.clear();
        Files.copy(home.resolve(NAME), copy);
        try (FileChannel file = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            file.force(true);
        }
    }

    /** Makes the calls on the file. */
    void run(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined();
                DiskFile target = new LinuxDisk().open(file, 0, OpenFlag.READ, OpenFlag.WRITE)) {
            long longest = calls.stream().mapToLong(Call::length).max().orElse(0);
            MemorySegment bytes = arena.allocate(Math.max(1, Math.min(longest, 1 << 26)), 4096);
            bytes.fill((byte) 1);
            for (Call call : calls) {
                switch (call.name) {
                    case "pwrite" -> target.pwrite(bytes.asSlice(0, call.length), call.position);
                    case "pwriteDsync" -> target.pwriteDsync(bytes, 0, call.length, call.position);
                    case "startWriteback" -> target.startWriteback(call.position, call.length);
                    case "fallocate" ->
                            target.fallocate(AllocateMode.EXTEND, call.position, call.length);
                    case "fdatasync" -> target.fdatasync();
                    case "fsync" -> target.fsync();
                    default -> throw new IllegalStateException(call.name);
                }
            }
        }
    }

    /** Our store on a disk that records. */
    PlinthStore store(Path home, Options options) {
        return new PlinthStore(recording(), home, options);
    }

    @FunctionalInterface
    private interface Handler {
        Object handle(java.lang.reflect.Method method, Object[] arguments) throws Throwable;
    }

    private static Object proxy(Class<?> type, Handler handler) {
        return Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, arguments) -> handler.handle(method, arguments));
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
