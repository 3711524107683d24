package dev.plinth.tools.print;

import com.google.protobuf.ByteString;
import dev.plinth.tools.text.KeyRanges;
import dev.plinth.tools.text.RawText;

/** Ranges of keys as permissions show them. */
public final class PermissionText {
    private PermissionText() {}

    /** {@code key}, {@code [key, end)} or {@code [key, <open ended>}. */
    public static String range(ByteString key, ByteString end) {
        String first = RawText.decode(key.toByteArray());
        if (end.isEmpty()) {
            return first;
        }
        if (end.equals(KeyRanges.OPEN_END)) {
            return "[" + first + ", <open ended>";
        }
        return "[" + first + ", " + RawText.decode(end.toByteArray()) + ")";
    }

    /** The same, with the prefix that the range is, if it is one. */
    static String rangeOrPrefix(ByteString key, ByteString end) {
        boolean isPrefix = !key.isEmpty() && end.equals(KeyRanges.prefixEnd(key));
        return isPrefix
                ? range(key, end) + " (prefix " + RawText.decode(key.toByteArray()) + ")"
                : range(key, end);
    }
}
