package dev.plinth.mvcc.codec;

/**
 * Writes mvccpb.KeyValue in canonical proto3: fields ascending, none that is zero or empty. The
 * bytes enter hashes that all members and etcd compare.
 *
 * <pre>
 *   1 key bytes   2 create_revision   3 mod_revision   4 version   5 value bytes   6 lease
 * </pre>
 */
public final class KeyValueEncoder {
    private static final int KEY = 0x0A;
    private static final int CREATE = 0x10;
    private static final int MOD = 0x18;
    private static final int VERSION = 0x20;
    private static final int VALUE = 0x2A;
    private static final int LEASE = 0x30;

    private KeyValueEncoder() {}

    /** Encoded size of a pair in bytes. */
    public static int size(
            byte[] key, long create, long mod, long version, byte[] value, long lease) {
        long size =
                (long) bytesSize(key.length)
                        + numberSize(create)
                        + numberSize(mod)
                        + numberSize(version)
                        + bytesSize(value.length)
                        + numberSize(lease);
        return Math.toIntExact(size);
    }

    /** Writes a pair and returns the position after it. */
    public static int write(
            byte[] target,
            int at,
            byte[] key,
            long create,
            long mod,
            long version,
            byte[] value,
            long lease) {
        int position = putBytes(target, at, KEY, key);
        position = putNumber(target, position, CREATE, create);
        position = putNumber(target, position, MOD, mod);
        position = putNumber(target, position, VERSION, version);
        position = putBytes(target, position, VALUE, value);
        return putNumber(target, position, LEASE, lease);
    }

    /** A pair without value and lease, as a keys-only range shows it. */
    public static byte[] keyOnly(byte[] key, long create, long mod, long version) {
        byte[] target = new byte[size(key, create, mod, version, Bytes.EMPTY, 0)];
        write(target, 0, key, create, mod, version, Bytes.EMPTY, 0);
        return target;
    }

    /** What is stored for a deletion: the key alone. */
    public static byte[] tombstone(byte[] key) {
        return keyOnly(key, 0, 0, 0);
    }

    private static int bytesSize(int length) {
        return length == 0 ? 0 : 1 + Bytes.varintSize(length) + length;
    }

    private static int numberSize(long value) {
        return value == 0 ? 0 : 1 + Bytes.varintSize(value);
    }

    private static int putBytes(byte[] target, int at, int tag, byte[] bytes) {
        if (bytes.length == 0) {
            return at;
        }
        target[at] = (byte) tag;
        int position = Bytes.putVarint(target, at + 1, bytes.length);
        System.arraycopy(bytes, 0, target, position, bytes.length);
        return position + bytes.length;
    }

    private static int putNumber(byte[] target, int at, int tag, long value) {
        if (value == 0) {
            return at;
        }
        target[at] = (byte) tag;
        return Bytes.putVarint(target, at + 1, value);
    }
}
