package dev.plinth.tools.text;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The three streams of a tool. Texts go out as the bytes that {@link RawText} says; results are
 * buffered until {@link #flush}. Any thread; one line or block at a time.
 */
public final class Console {
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final OutputStream out;
    private final OutputStream err;
    private final boolean isErrorTerminal;
    private final boolean isInputTerminal;

    private Console(
            InputStream in,
            OutputStream out,
            OutputStream err,
            boolean isInputTerminal,
            boolean isErrorTerminal) {
        this.in = in;
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        this.err = err;
        this.isInputTerminal = isInputTerminal;
        this.isErrorTerminal = isErrorTerminal;
    }

    /** Streams that are no terminal. */
    public static Console of(InputStream in, OutputStream out, OutputStream err) {
        return new Console(in, out, err, false, false);
    }

    /** The streams of this process. */
    public static Console ofProcess() {
        return new Console(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                isTerminal(0),
                isTerminal(2));
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException _) {
            return false;
        }
    }

    /** Whether somebody types the input. */
    public boolean isInputTerminal() {
        return isInputTerminal;
    }

    /** Whether somebody reads the error stream as it is written. */
    public boolean isErrorTerminal() {
        return isErrorTerminal;
    }

    /** The input. */
    public InputStream in() {
        return in;
    }

    /** Writes a result. */
    public void print(String text) {
        write(RawText.encode(text));
    }

    /** Writes a result and ends its line. */
    public void println(String text) {
        write(RawText.encode(text + "\n"));
    }

    /** Writes a result. */
    public synchronized void write(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("standard output: " + e.getMessage(), e);
        }
    }

    /** Lets everything written so far be seen. */
    public synchronized void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("standard output: " + e.getMessage(), e);
        }
    }

    /** Writes a line to the error stream. */
    public void error(String line) {
        errorText(line + "\n");
    }

    /** Writes to the error stream. */
    public void errorText(String text) {
        writeError(RawText.encode(text));
    }

    /** Writes to the error stream. */
    public synchronized void writeError(byte[] bytes) {
        try {
            err.write(bytes);
            err.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("standard error: " + e.getMessage(), e);
        }
    }
}
