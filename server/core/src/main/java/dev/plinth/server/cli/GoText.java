package dev.plinth.server.cli;

import dev.plinth.pagestore.format.KeyText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** Texts as Go's fmt and strconv packages write them. */
public final class GoText {
    private GoText() {}

    /** A quoted string: the verb q. */
    public static String quote(String text) {
        return quote(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A quoted string; bytes that are no UTF-8 are escaped one by one. */
    public static String quote(byte[] bytes) {
        StringBuilder quoted = new StringBuilder(bytes.length + 2).append('"');
        int at = 0;
        while (at < bytes.length) {
            int length = sequenceLength(bytes, at);
            if (length == 0) {
                quoted.append(String.format("\\x%02x", bytes[at]));
                at++;
            } else {
                escape(
                        quoted,
                        new String(bytes, at, length, StandardCharsets.UTF_8).codePointAt(0));
                at += length;
            }
        }
        return quoted.append('"').toString();
    }

    private static void escape(StringBuilder quoted, int codePoint) {
        switch (codePoint) {
            case '"' -> quoted.append("\\\"");
            case '\\' -> quoted.append("\\\\");
            case 0x07 -> quoted.append("\\a");
            case '\b' -> quoted.append("\\b");
            case '\f' -> quoted.append("\\f");
            case '\n' -> quoted.append("\\n");
            case '\r' -> quoted.append("\\r");
            case '\t' -> quoted.append("\\t");
            case 0x0B -> quoted.append("\\v");
            default -> {
                if (KeyText.isPrintable(codePoint)) {
                    quoted.appendCodePoint(codePoint);
                } else if (codePoint < 0x80) {
                    quoted.append(String.format("\\x%02x", codePoint));
                } else if (codePoint < 0x10000) {
                    quoted.append(String.format("\\u%04x", codePoint));
                } else {
                    quoted.append(String.format("\\U%08x", codePoint));
                }
            }
        }
    }

    /** Bytes of the UTF-8 sequence that starts here; 0 if there is none. */
    private static int sequenceLength(byte[] bytes, int at) {
        int first = bytes[at] & 0xFF;
        int length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (length <= 1 || at + length > bytes.length || first > 0xF4) {
            return length == 1 ? 1 : 0;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        boolean isSound =
                !decoder.decode(ByteBuffer.wrap(bytes, at, length), CharBuffer.allocate(2), true)
                        .isError();
        return isSound ? length : 0;
    }

    /** A JSON string as Go's encoding/json writes it: also safe inside HTML. */
    public static String json(byte[] bytes) {
        StringBuilder json = new StringBuilder(bytes.length + 2).append('"');
        int at = 0;
        while (at < bytes.length) {
            int length = sequenceLength(bytes, at);
            if (length == 0) {
                json.append("\\ufffd");
                at++;
                continue;
            }
            int codePoint = new String(bytes, at, length, StandardCharsets.UTF_8).codePointAt(0);
            switch (codePoint) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (codePoint < ' '
                            || codePoint == '<'
                            || codePoint == '>'
                            || codePoint == '&'
                            || codePoint == 0x2028
                            || codePoint == 0x2029) {
                        json.append(String.format("\\u%04x", codePoint));
                    } else {
                        json.appendCodePoint(codePoint);
                    }
                }
            }
            at += length;
        }
        return json.append('"').toString();
    }

    /** A duration: {@code 1.5s}, {@code 340µs}, {@code 1h2m3s}. */
    public static String duration(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        String sign = nanos < 0 ? "-" : "";
        long magnitude = Math.abs(nanos);
        if (magnitude < 1_000L) {
            return sign + magnitude + "ns";
        }
        if (magnitude < 1_000_000L) {
            return sign + fraction(magnitude, 1_000L) + "µs";
        }
        if (magnitude < 1_000_000_000L) {
            return sign + fraction(magnitude, 1_000_000L) + "ms";
        }
        long minutes = magnitude / 60_000_000_000L;
        String seconds = fraction(magnitude % 60_000_000_000L, 1_000_000_000L) + "s";
        if (minutes == 0) {
            return sign + seconds;
        }
        String hours = minutes >= 60 ? minutes / 60 + "h" : "";
        return sign + hours + minutes % 60 + "m" + seconds;
    }

    private static String fraction(long value, long unit) {
        long rest = value % unit;
        if (rest == 0) {
            return Long.toString(value / unit);
        }
        int digits = Long.toString(unit).length() - 1;
        String decimals = String.format("%0" + digits + "d", rest).replaceAll("0+$", "");
        return value / unit + "." + decimals;
    }
}
