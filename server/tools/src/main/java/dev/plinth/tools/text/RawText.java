package dev.plinth.tools.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Words of a command line as strings that lose no byte: what is UTF-8 is decoded, and a byte that
 * is not becomes the lone surrogate {@code DC00 + byte}, which no decoded text contains.
 */
public final class RawText {
    private static final int ESCAPE = 0xDC00;

    private RawText() {}

    /** Bytes as a string. */
    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    static String decode(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder(to - from);
        int at = from;
        while (at < to) {
            int length = sequenceLength(bytes, at, to);
            if (length == 0) {
                text.append((char) (ESCAPE + (bytes[at] & 0xFF)));
                at++;
            } else if (length == 1) {
                text.append((char) bytes[at]);
                at++;
            } else {
                text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
                at += length;
            }
        }
        return text.toString();
    }

    /** The bytes that {@link #decode} made the string of. */
    public static byte[] encode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isEscaped(text, i)) {
                return encodeEscaped(text);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encodeEscaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        int at = 0;
        while (at < text.length()) {
            if (isEscaped(text, at)) {
                bytes.write(text.charAt(at) - ESCAPE);
                at++;
            } else {
                int end = text.offsetByCodePoints(at, 1);
                bytes.writeBytes(text.substring(at, end).getBytes(StandardCharsets.UTF_8));
                at = end;
            }
        }
        return bytes.toByteArray();
    }

    private static boolean isEscaped(String text, int index) {
        char c = text.charAt(index);
        return c >= ESCAPE + 0x80
                && c <= ESCAPE + 0xFF
                && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }

    /**
     * Length of the UTF-8 sequence that starts here; 0 if there is none. Overlong ones are none.
     */
    private static int sequenceLength(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
        if (length == 0 || at + length > to) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        int second = bytes[at + 1] & 0xFF;
        boolean isSound =
                switch (first) {
                    case 0xE0 -> second >= 0xA0;
                    case 0xED -> second < 0xA0;
                    case 0xF0 -> second >= 0x90;
                    case 0xF4 -> second < 0x90;
                    default -> true;
                };
        return isSound ? length : 0;
    }
}
