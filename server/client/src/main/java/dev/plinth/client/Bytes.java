package dev.plinth.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sequence of bytes: what keys and values are. Ordered as the server orders keys, byte
 * by byte without sign.
 *
 * <p>Cost: what comes from the server is a view of the message it came in; {@link #of(String)} and
 * {@link #copyOf(byte[])} copy once, and nothing is copied on the way to the wire.
 */
public final class Bytes implements Comparable<Bytes> {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(ByteString.EMPTY);

    private final ByteString content;

    private Bytes(ByteString content) {
        this.content = content;
    }

    static Bytes of(ByteString content) {
        return content.isEmpty() ? EMPTY : new Bytes(content);
    }

    /** The text in UTF-8. */
    public static Bytes of(String text) {
        return of(ByteString.copyFromUtf8(text));
    }

    /** The bytes as they are now. */
    public static Bytes copyOf(byte... bytes) {
        return of(ByteString.copyFrom(bytes));
    }

    /**
     * A view of memory that the caller leaves as it is, and alive, for as long as the view is used.
     *
     * @throws IllegalArgumentException if it holds 2 GiB or more
     */
    public static Bytes view(MemorySegment memory) {
        if (memory.byteSize() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "at most " + Integer.MAX_VALUE + " bytes, not " + memory.byteSize());
        }
        return of(UnsafeByteOperations.unsafeWrap(memory.asByteBuffer()));
    }

    ByteString content() {
        return content;
    }

    /** Number of bytes. */
    public int size() {
        return content.size();
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return content.isEmpty();
    }

    /**
     * One byte.
     *
     * @throws IndexOutOfBoundsException if there is none at the index
     */
    public byte at(int index) {
        return content.byteAt(index);
    }

    /** Whether it begins with these bytes. */
    public boolean startsWith(Bytes prefix) {
        return content.startsWith(prefix.content);
    }

    /** These bytes, then those. */
    public Bytes concat(Bytes more) {
        return of(content.concat(more.content));
    }

    /** These bytes, then the text in UTF-8. */
    public Bytes concat(String more) {
        return concat(of(more));
    }

    /**
     * The bytes from an index on.
     *
     * @throws IndexOutOfBoundsException if the index is negative or larger than the size
     */
    public Bytes from(int index) {
        return of(content.substring(index));
    }

    /**
     * The least sequence that is larger than all that begin with this one; absent when there is
     * none, as for 0xff and for no bytes at all.
     */
    public @Nullable Bytes prefixEnd() {
        for (int last = size() - 1; last >= 0; last--) {
            if (at(last) != (byte) 0xff) {
                byte[] end = content.substring(0, last + 1).toByteArray();
                end[last]++;
                return of(UnsafeByteOperations.unsafeWrap(end));
            }
        }
        return null;
    }

    /** A copy. */
    public byte[] toByteArray() {
        return content.toByteArray();
    }

    /** A read-only view. */
    public ByteBuffer asByteBuffer() {
        return content.asReadOnlyByteBuffer();
    }

    /**
     * The text that these bytes are in UTF-8.
     *
     * @throws IllegalStateException if they are not UTF-8
     */
    public String utf8() {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(asByteBuffer()).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("not UTF-8: " + this, e);
        }
    }

    @Override
    public int compareTo(Bytes other) {
        return ByteString.unsignedLexicographicalComparator().compare(content, other.content);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && content.equals(bytes.content);
    }

    @Override
    public int hashCode() {
        return content.hashCode();
    }

    /** Printable ASCII as it is, all else as {@code \xHH}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(size());
        for (int i = 0; i < size(); i++) {
            byte b = at(i);
            if (b >= ' ' && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append("\\x%02x".formatted(b));
            }
        }
        return text.toString();
    }
}
