package dev.plinth.tools.replay;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What a program has written so far; others can wait for a text in it. */
final class Captured extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean isEnded;

    @Override
    public synchronized void write(int b) {
        if (!isEnded) {
            bytes.write(b);
            notifyAll();
        }
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) {
        if (!isEnded) {
            bytes.write(source, offset, length);
            notifyAll();
        }
    }

    /** Nothing more is taken in. */
    synchronized void end() {
        isEnded = true;
        notifyAll();
    }

    synchronized byte[] content() {
        return bytes.toByteArray();
    }

    synchronized String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Waits until the text is there, the program has ended, or the time is up. */
    synchronized boolean await(Pattern pattern, long limitNanos) throws InterruptedException {
        long deadline = System.nanoTime() + limitNanos;
        while (!pattern.matcher(text()).find()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0 || isEnded) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
