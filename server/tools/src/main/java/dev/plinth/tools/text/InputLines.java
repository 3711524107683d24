package dev.plinth.tools.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Lines of an input, read byte by byte: nothing behind the newline is taken, so that another reader
 * can go on from there.
 */
public final class InputLines {
    private final InputStream in;

    /** Lines of the given input. */
    public InputLines(InputStream in) {
        this.in = in;
    }

    /** The next line without its newline; null at the end, where a line without newline is lost. */
    public @Nullable String nextWhole() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return RawText.decode(line.toByteArray());
            }
            line.write(b);
        }
        return null;
    }

    /** The next line; the last one need not have a newline. Null at the end. */
    public @Nullable String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        String text = RawText.decode(line.toByteArray());
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
