package dev.plinth.server.interop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A client that sends whatever bytes it likes. Used by one thread. */
final class RawConnection implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private static final int ANSWER_MILLIS = 20_000;
    private static final byte[] PREFACE = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private final Socket socket;

    RawConnection(ServerProcess server) {
        try {
            socket =
                    new Socket(
                            InetAddress.getLoopbackAddress(),
                            URI.create("//" + server.endpoint()).getPort());
            socket.setSoTimeout(ANSWER_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** One frame of HTTP/2. */
    static byte[] frame(int type, int flags, int stream, byte[] content) {
        return bytes(frameHead(content.length, type, flags, stream), content);
    }

    /** The head of a frame, which may lie about the length. */
    static byte[] frameHead(int length, int type, int flags, int stream) {
        return new byte[] {
            (byte) (length >>> 16),
            (byte) (length >>> 8),
            (byte) length,
            (byte) type,
            (byte) flags,
            (byte) (stream >>> 24),
            (byte) (stream >>> 16),
            (byte) (stream >>> 8),
            (byte) stream
        };
    }

    /** Headers that are not compressed; names and values of up to 126 bytes. */
    static byte[] block(Map<String, String> headers) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        headers.forEach((name, value) -> {
            all.write(0);
            all.write(name.length());
            all.writeBytes(ascii(name));
            all.write(value.length());
            all.writeBytes(ascii(value));
        });
        return all.toByteArray();
    }

    /** The beginning of a connection over HTTP/2. */
    static byte[] opening() {
        return bytes(PREFACE, frame(SETTINGS, 0, 0, new byte[0]));
    }

    /**
     * Sends; false when the other end has closed the connection, which a client that sends on will
     * learn by an error.
     */
    boolean send(byte[]... parts) {
        try {
            for (byte[] part : parts) {
                socket.getOutputStream().write(part);
            }
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Everything that is said until the other end closes the connection. */
    String untilClosed() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        try {
            for (int count = socket.getInputStream().read(some);
                    count >= 0;
                    count = socket.getInputStream().read(some)) {
                said.write(some, 0, count);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError(
                    "still open after: " + said.toString(StandardCharsets.ISO_8859_1), e);
        } catch (IOException _) {
            // Reset: it was closed while something was still on its way.
        }
        return said.toString(StandardCharsets.ISO_8859_1);
    }

    /** The first line of an answer over HTTP/1.1; empty when there is none. */
    String statusLine() {
        StringBuilder line = new StringBuilder();
        try {
            for (int one = socket.getInputStream().read();
                    one >= 0 && one != '\r';
                    one = socket.getInputStream().read()) {
                line.append((char) one);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer after: " + line, e);
        } catch (IOException _) {
            // Reset.
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
