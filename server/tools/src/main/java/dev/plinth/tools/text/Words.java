package dev.plinth.tools.text;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Words of a line that was typed: plain ones, {@code 'raw'} ones and {@code "escaped"} ones. */
public final class Words {
    private Words() {}

    /** Takes a line apart. A quote that is never closed is part of a plain word. */
    public static List<String> of(String line) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
                continue;
            }
            int end =
                    c == '"' ? closingQuote(line, at) : c == '\'' ? line.indexOf('\'', at + 1) : -1;
            if (end < 0) {
                end = at;
                while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
                    end++;
                }
                words.add(line.substring(at, end));
                at = end;
                continue;
            }
            String inside = line.substring(at + 1, end);
            String unquoted = c == '"' ? unquote(inside) : inside;
            words.add(unquoted == null ? line.substring(at, end + 1) : unquoted);
            at = end + 1;
        }
        return words;
    }

    /** Index of the quote that closes the one at {@code open}; -1 if there is none. */
    static int closingQuote(String line, int open) {
        for (int i = open + 1; i < line.length(); i++) {
            if (line.charAt(i) == '\\') {
                i++;
            } else if (line.charAt(i) == '"') {
                return i;
            }
        }
        return -1;
    }

    /** What stands between double quotes, by Go's escapes; null if an escape is malformed. */
    static @Nullable String unquote(String inside) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = 0;
        while (at < inside.length()) {
            char c = inside.charAt(at);
            if (c != '\\') {
                int end = inside.offsetByCodePoints(at, 1);
                bytes.writeBytes(RawText.encode(inside.substring(at, end)));
                at = end;
                continue;
            }
            if (at + 1 == inside.length()) {
                return null;
            }
            char kind = inside.charAt(at + 1);
            at += 2;
            int simple = "abfnrtv\\\"'".indexOf(kind);
            if (simple >= 0) {
                bytes.write("\u0007\b\f\n\r\t\u000B\\\"'".charAt(simple));
                continue;
            }
            int digits =
                    switch (kind) {
                        case 'x' -> 2;
                        case 'u' -> 4;
                        case 'U' -> 8;
                        case '0', '1', '2', '3', '4', '5', '6', '7' -> 3;
                        default -> 0;
                    };
            int start = digits == 3 ? at - 1 : at;
            if (digits == 0 || start + digits > inside.length()) {
                return null;
            }
            try {
                int value =
                        Integer.parseUnsignedInt(
                                inside.substring(start, start + digits), digits == 3 ? 8 : 16);
                if (digits <= 3) {
                    bytes.write(value);
                } else {
                    bytes.writeBytes(RawText.encode(Character.toString(value)));
                }
            } catch (IllegalArgumentException _) {
                return null;
            }
            at = start + digits;
        }
        return RawText.decode(bytes.toByteArray());
    }

    /** A quoted string at the start of a text, and what follows it. */
    public record Quoted(String value, String rest) {}

    /** Reads a string in double quotes or back quotes; null if there is none. */
    public static @Nullable Quoted quoted(String text) {
        String trimmed = text.stripLeading();
        if (trimmed.startsWith("`")) {
            int end = trimmed.indexOf('`', 1);
            return end < 0
                    ? null
                    : new Quoted(trimmed.substring(1, end), trimmed.substring(end + 1));
        }
        int end = trimmed.startsWith("\"") ? closingQuote(trimmed, 0) : -1;
        String value = end < 0 ? null : unquote(trimmed.substring(1, end));
        return value == null ? null : new Quoted(value, trimmed.substring(end + 1));
    }
}
