package dev.plinth.mvcc.codec;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/** CRC-32C over segments, by way of one buffer so that nothing is allocated per entry. */
public final class Crc32c {
    private final CRC32C crc = new CRC32C();
    private final byte[] buffer = new byte[64 << 10];
    private int used;

    /** The checksum of no bytes. */
    public Crc32c() {}

    public void update(byte[] bytes) {
        update(MemorySegment.ofArray(bytes));
    }

    public void update(MemorySegment bytes) {
        update(bytes, 0, bytes.byteSize());
    }

    public void update(MemorySegment source, long at, long length) {
        long position = at;
        long rest = length;
        while (rest > 0) {
            int step = (int) Math.min(rest, buffer.length - used);
            MemorySegment.copy(source, Bytes.BYTE, position, buffer, used, step);
            used += step;
            position += step;
            rest -= step;
            if (used == buffer.length) {
                flush();
            }
        }
    }

    /** The checksum so far, unsigned 32 bits. */
    public long value() {
        flush();
        return crc.getValue();
    }

    private void flush() {
        crc.update(buffer, 0, used);
        used = 0;
    }
}
