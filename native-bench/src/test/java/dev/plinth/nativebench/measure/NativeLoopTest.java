package dev.plinth.nativebench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLoopTest {
    private static final int SYS_GETPPID = 110;
    private static final int SYS_PWRITE64 = 18;

    @TempDir Path directory;

    @BeforeEach
    void onlyOnItsProcessor() {
        assumeTrue(NativeLoop.isSupported(), "the loop is written for x86-64");
    }

    @Test
    void timesEachCall() throws PosixException {
        try (NativeLoop loop = new NativeLoop(100)) {
            long[] nanos = loop.run(NativeLoop.Call.plain(SYS_GETPPID), 100, directory);
            assertThat(nanos).hasSize(100);
            for (long one : nanos) {
                assertThat(one).isPositive();
            }
            assertThat(loop.runTotal(NativeLoop.Call.plain(SYS_GETPPID), 100, directory))
                    .isPositive();
        }
    }

    @Test
    void movesThePositionByTheStride() throws IOException {
        Path file = Files.write(directory.resolve("f"), new byte[0]);
        try (NativeLoop loop = new NativeLoop(8);
                Arena arena = Arena.ofConfined();
                NativeFile descriptor = new NativeFile(file, NativeFile.O_RDWR)) {
            MemorySegment bytes = arena.allocateFrom("ab", StandardCharsets.US_ASCII);
            NativeLoop.Call call =
                    new NativeLoop.Call(
                            SYS_PWRITE64, descriptor.descriptor(), bytes.address(), 2, 1, 3, 0, 0);
            loop.run(call, 3, file);
        }
        assertThat(Files.readAllBytes(file)).containsExactly(0, 'a', 'b', 0, 'a', 'b', 0, 'a', 'b');
    }

    @Test
    void endsAtTheFirstError() {
        try (NativeLoop loop = new NativeLoop(8)) {
            NativeLoop.Call call = new NativeLoop.Call(SYS_PWRITE64, -1, 0, 0, 0, 0, 0, 0);
            assertThatThrownBy(() -> loop.run(call, 3, directory))
                    .isInstanceOfSatisfying(
                            PosixException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
            assertThatThrownBy(() -> loop.run(call, 9, directory))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
