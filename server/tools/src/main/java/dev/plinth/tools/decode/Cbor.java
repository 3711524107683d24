package dev.plinth.tools.decode;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * CBOR (RFC 8949) as JSON: what Kubernetes may use for custom resources.
 *
 * <pre>
 * first byte: 3 bits major type, 5 bits: value below 24, or 24…27 for 1, 2, 4, 8 bytes that follow,
 * or 31 for indefinite length, ended by ff
 * </pre>
 */
final class Cbor {
    private static final int DEPTH_MAX = 64;
    private static final int INDEFINITE = 31;
    private static final int BREAK = 0xFF;

    private final ByteBuffer in;

    private Cbor(ByteBuffer in) {
        this.in = in;
    }

    static void write(byte[] bytes, int offset, JsonText json) throws UndecodableException {
        Cbor cbor = new Cbor(ByteBuffer.wrap(bytes, offset, bytes.length - offset));
        try {
            cbor.item(json, 0);
        } catch (BufferUnderflowException _) {
            throw cbor.malformed("the value ends in the middle of an item");
        }
        if (cbor.in.hasRemaining()) {
            throw cbor.malformed(cbor.in.remaining() + " bytes behind the value");
        }
    }

    private UndecodableException malformed(String what) {
        return new UndecodableException("CBOR at byte " + in.position() + ": " + what);
    }

    private void item(JsonText json, int depth) throws UndecodableException {
        if (depth == DEPTH_MAX) {
            throw malformed("nested deeper than " + DEPTH_MAX);
        }
        int first = in.get() & 0xFF;
        int major = first >> 5;
        int minor = first & 31;
        switch (major) {
            case 0 -> json.number(Long.toUnsignedString(argument(minor)));
            case 1 -> json.number(Long.toString(-1 - argument(minor)));
            case 2 -> json.base64(string(major, minor));
            case 3 -> json.text(new String(string(major, minor), StandardCharsets.UTF_8));
            case 4 -> array(minor, json, depth);
            case 5 -> map(minor, json, depth);
            case 6 -> {
                long tag = argument(minor);
                assert tag >= 0 || minor == 27 : tag;
                item(json, depth + 1);
            }
            default -> simple(minor, json);
        }
    }

    private long argument(int minor) throws UndecodableException {
        return switch (minor) {
            case 24 -> in.get() & 0xFF;
            case 25 -> in.getShort() & 0xFFFF;
            case 26 -> in.getInt() & 0xFFFFFFFFL;
            case 27 -> in.getLong();
            default -> {
                if (minor > 27) {
                    throw malformed("reserved length " + minor);
                }
                yield minor;
            }
        };
    }

    private int length(int minor) throws UndecodableException {
        long length = argument(minor);
        if (length < 0 || length > in.remaining()) {
            throw malformed(
                    "length %s, %d bytes are left"
                            .formatted(Long.toUnsignedString(length), in.remaining()));
        }
        return (int) length;
    }

    private byte[] string(int major, int minor) throws UndecodableException {
        if (minor != INDEFINITE) {
            byte[] content = new byte[length(minor)];
            in.get(content);
            return content;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        while (!hasBreak()) {
            int first = in.get() & 0xFF;
            if (first >> 5 != major || (first & 31) == INDEFINITE) {
                throw malformed("a string in parts has a part of another kind");
            }
            byte[] part = new byte[length(first & 31)];
            in.get(part);
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    private boolean isBreak() {
        if ((in.get(in.position()) & 0xFF) != BREAK) {
            return false;
        }
        in.get();
        return true;
    }

    private void array(int minor, JsonText json, int depth) throws UndecodableException {
        json.beginArray();
        if (minor == INDEFINITE) {
            while (!hasBreak()) {
                item(json, depth + 1);
            }
        } else {
            int count = length(minor);
            for (int i = 0; i < count; i++) {
                item(json, depth + 1);
            }
        }
        json.endArray();
    }

    private void map(int minor, JsonText json, int depth) throws UndecodableException {
        json.beginObject();
        if (minor == INDEFINITE) {
            while (!hasBreak()) {
                entry(json, depth);
            }
        } else {
            int count = length(minor);
            for (int i = 0; i < count; i++) {
                entry(json, depth);
            }
        }
        json.endObject();
    }

    private boolean hasBreak() {
        if (!in.hasRemaining()) {
            throw new BufferUnderflowException();
        }
        return isBreak();
    }

    private void entry(JsonText json, int depth) throws UndecodableException {
        int first = in.get() & 0xFF;
        int major = first >> 5;
        if (major != 2 && major != 3) {
            throw malformed("a key that is no string");
        }
        json.name(new String(string(major, first & 31), StandardCharsets.UTF_8));
        item(json, depth + 1);
    }

    private void simple(int minor, JsonText json) throws UndecodableException {
        switch (minor) {
            case 20 -> json.number("false");
            case 21 -> json.number("true");
            case 22, 23 -> json.number("null");
            case 25 -> number(Float.float16ToFloat(in.getShort()), json);
            case 26 -> number(in.getFloat(), json);
            case 27 -> number(in.getDouble(), json);
            default -> throw malformed("simple value " + minor);
        }
    }

    /** JSON has no word for what is no finite number. */
    private static void number(double value, JsonText json) {
        if (Double.isFinite(value)) {
            json.number(Double.toString(value));
        } else {
            json.text(Double.toString(value));
        }
    }
}
