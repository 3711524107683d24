package dev.plinth.server.json;

/** Strings as JSON text, in the two ways that etcd's programs write them. Any thread. */
public final class JsonStrings {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private JsonStrings() {}

    /** A string with no more escapes than JSON asks for, as in log lines and error bodies. */
    public static String quote(String text) {
        return append(new StringBuilder(text.length() + 2), text).toString();
    }

    /** Appends what {@link #quote} gives. */
    public static StringBuilder append(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            appendCharacter(out, text.charAt(i));
        }
        return out.append('"');
    }

    /**
     * Appends a string as Go's {@code encoding/json} writes it, which other members compare byte by
     * byte: the characters that mean something to HTML and JavaScript are escaped too.
     */
    public static StringBuilder appendAsGo(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '<', '>', '&', 0x2028, 0x2029 -> appendCodeUnit(out, c);
                default -> appendCharacter(out, c);
            }
        }
        return out.append('"');
    }

    /** Appends an array of strings as Go's {@code encoding/json} writes it. */
    public static StringBuilder appendAsGo(StringBuilder out, Iterable<String> items) {
        out.append('[');
        String separator = "";
        for (String item : items) {
            appendAsGo(out.append(separator), item);
            separator = ",";
        }
        return out.append(']');
    }

    private static void appendCharacter(StringBuilder out, char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (c < 0x20) {
                    appendCodeUnit(out, c);
                } else {
                    out.append(c);
                }
            }
        }
    }

    private static void appendCodeUnit(StringBuilder out, char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX[(c >> shift) & 15]);
        }
    }
}
