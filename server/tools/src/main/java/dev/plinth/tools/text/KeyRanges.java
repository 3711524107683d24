package dev.plinth.tools.text;

import com.google.protobuf.ByteString;

/** Ends of ranges of keys. */
public final class KeyRanges {
    /** One zero byte: no end at all; as a key, the first one there is. */
    public static final ByteString OPEN_END = ByteString.copyFrom(new byte[] {0});

    private KeyRanges() {}

    /** The end of the range of all keys that begin with the given bytes. */
    public static ByteString prefixEnd(ByteString prefix) {
        byte[] bytes = prefix.toByteArray();
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] != (byte) 0xFF) {
                bytes[i]++;
                return ByteString.copyFrom(bytes, 0, i + 1);
            }
        }
        return OPEN_END;
    }
}
