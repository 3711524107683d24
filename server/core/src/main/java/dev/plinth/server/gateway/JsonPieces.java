package dev.plinth.server.gateway;

import java.util.Arrays;
import java.util.Base64;
import java.util.function.Consumer;

/**
 * Bytes of JSON on their way out, handed on in arrays of at most {@value #PIECE_BYTES} bytes, which
 * a young generation can take. One copy of each byte. Not thread-safe.
 */
final class JsonPieces {
    static final int PIECE_BYTES = 32 << 10;

    /** Encoded at once; of three bytes each, so that only the last part needs filling. */
    private static final int BASE64_PART_BYTES = 24 << 10;

    private static final Base64.Encoder BASE64 = Base64.getEncoder();

    private final Consumer<byte[]> pieces;
    private byte[] piece;
    private byte[] encoded = new byte[0];
    private int length;

    /**
     * @param pieces takes the arrays; they are its own from then on
     * @param expectedBytes room to begin with, for an answer that may be short
     */
    JsonPieces(Consumer<byte[]> pieces, int expectedBytes) {
        this.pieces = pieces;
        this.piece = new byte[Math.clamp(expectedBytes, 64, PIECE_BYTES)];
    }

    void put(char ascii) {
        if (length == piece.length) {
            makeRoom();
        }
        piece[length++] = (byte) ascii;
    }

    void put(byte[] bytes) {
        put(bytes, bytes.length);
    }

    private void put(byte[] bytes, int count) {
        int done = 0;
        while (done < count) {
            if (length == piece.length) {
                makeRoom();
            }
            int part = Math.min(count - done, piece.length - length);
            System.arraycopy(bytes, done, piece, length, part);
            length += part;
            done += part;
        }
    }

    void putAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
    }

    void putBase64(byte[] bytes) {
        for (int at = 0; at < bytes.length; at += BASE64_PART_BYTES) {
            int part = Math.min(bytes.length - at, BASE64_PART_BYTES);
            int size = (part + 2) / 3 * 4;
            if (encoded.length < size) {
                encoded = new byte[size];
            }
            int written =
                    BASE64.encode(
                            part == bytes.length ? bytes : Arrays.copyOfRange(bytes, at, at + part),
                            encoded);
            put(encoded, written);
        }
    }

    private void makeRoom() {
        if (piece.length < PIECE_BYTES) {
            piece = Arrays.copyOf(piece, Math.min(piece.length * 2, PIECE_BYTES));
        } else {
            flush();
        }
    }

    /** Hands on what is left. */
    void flush() {
        if (length > 0) {
            byte[] full = piece;
            int used = length;
            piece = new byte[full.length];
            length = 0;
            pieces.accept(used == full.length ? full : Arrays.copyOf(full, used));
        }
    }
}
