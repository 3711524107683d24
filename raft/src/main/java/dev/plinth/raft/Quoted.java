package dev.plinth.raft;

/** Text in double quotes with escapes, as the reference's logs show opaque bytes. */
final class Quoted {
    private Quoted() {}

    static String text(Bytes bytes) {
        StringBuilder out = new StringBuilder(bytes.length() + 2).append('"');
        for (int i = 0; i < bytes.length(); ) {
            int length = sequenceLength(bytes, i);
            if (length == 0) {
                out.append(String.format("\\x%02x", bytes.get(i) & 0xff));
                i++;
            } else {
                append(
                        out,
                        Bytes.wrap(bytes.array(), bytes.offset() + i, length)
                                .toUtf8()
                                .codePointAt(0));
                i += length;
            }
        }
        return out.append('"').toString();
    }

    private static void append(StringBuilder out, int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case 0x07 -> out.append("\\a");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case 0x0b -> out.append("\\v");
            default -> {
                if (isPrintable(c)) {
                    out.appendCodePoint(c);
                } else if (c < 0x80) {
                    out.append(String.format("\\x%02x", c));
                } else {
                    out.append(String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                }
            }
        }
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** Length of the well-formed UTF-8 sequence at a position; 0 when there is none. */
    private static int sequenceLength(Bytes bytes, int at) {
        int first = bytes.get(at) & 0xff;
        int length = first < 0x80 ? 1 : (first >= 0xf0 ? 4 : (first >= 0xe0 ? 3 : 2));
        if ((first >= 0x80 && (first < 0xc2 || first > 0xf4)) || at + length > bytes.length()) {
            return 0;
        }
        int c = length == 1 ? first : first & (0x7f >> length);
        for (int i = 1; i < length; i++) {
            int next = bytes.get(at + i) & 0xff;
            if ((next & 0xc0) != 0x80) {
                return 0;
            }
            c = (c << 6) | (next & 0x3f);
        }
        boolean overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
        return overlong || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : length;
    }
}
