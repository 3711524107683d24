package dev.plinth.nativebench.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A bare descriptor for the native loop, which cannot go through the product's file class since
 * that keeps its descriptors to itself.
 */
public final class NativeFile implements AutoCloseable {
    public static final int O_RDWR = 2;
    public static final int O_DIRECT = 040000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().find("open").orElseThrow(),
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().find("close").orElseThrow(),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final int descriptor;

    /** Opens an existing file; flags with the values of x86-64. */
    public NativeFile(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString());
            descriptor = (int) OPEN.invokeExact(name, flags, 0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (descriptor < 0) {
            throw new IllegalStateException("cannot open " + path);
        }
    }

    public int descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        try {
            int result = (int) CLOSE.invokeExact(descriptor);
            if (result < 0) {
                throw new IllegalStateException("close failed");
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
