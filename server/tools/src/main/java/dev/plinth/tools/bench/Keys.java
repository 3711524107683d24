package dev.plinth.tools.bench;

import com.google.protobuf.ByteString;
import java.util.random.RandomGenerator;

/**
 * Keys and values as etcd's tool makes them: a key is a buffer of zeros that begins with its number
 * as a zig-zag varint; values are random bytes, the same for all keys.
 */
final class Keys {
    private Keys() {}

    /** The key of a number, cut to the size where it does not fit. */
    static ByteString key(long number, int bytes) {
        byte[] key = new byte[bytes];
        long rest = (number << 1) ^ (number >> 63);
        for (int i = 0; i < bytes; i++) {
            boolean isLast = (rest & ~0x7fL) == 0;
            key[i] = (byte) (isLast ? rest : (rest & 0x7f) | 0x80);
            if (isLast) {
                break;
            }
            rest >>>= 7;
        }
        return ByteString.copyFrom(key);
    }

    static ByteString random(int bytes, RandomGenerator random) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        return ByteString.copyFrom(value);
    }
}
