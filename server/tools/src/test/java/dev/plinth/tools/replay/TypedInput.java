package dev.plinth.tools.replay;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An input that comes in bit by bit. */
final class TypedInput extends InputStream {
    private static final int END = -1;

    private final BlockingQueue<Integer> bytes = new LinkedBlockingQueue<>();

    void type(byte[] more) {
        for (byte each : more) {
            bytes.add(each & 0xFF);
        }
    }

    void end() {
        bytes.add(END);
    }

    @Override
    public int read() throws IOException {
        try {
            int next = bytes.take();
            if (next == END) {
                bytes.add(END);
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int first = read();
        if (first == END) {
            return END;
        }
        target[offset] = (byte) first;
        return 1;
    }
}
