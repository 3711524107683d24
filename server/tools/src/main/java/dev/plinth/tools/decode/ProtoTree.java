package dev.plinth.tools.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A protobuf message of unknown type: its fields by number. What is between delimiters is taken for
 * text if it reads as such, for a message if it parses as one to its last byte, else for bytes.
 */
final class ProtoTree {
    private static final int DEPTH_MAX = 64;

    private final NavigableMap<Integer, List<Object>> fields = new TreeMap<>();

    private ProtoTree() {}

    /** The message; null if the bytes are none. */
    static @Nullable ProtoTree parse(ByteString bytes) {
        return parse(bytes, 0);
    }

    private static @Nullable ProtoTree parse(ByteString bytes, int depth) {
        if (depth == DEPTH_MAX) {
            return null;
        }
        ProtoTree tree = new ProtoTree();
        CodedInputStream in = bytes.newCodedInput();
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                Object value = value(in, tag, depth);
                if (value == null) {
                    return null;
                }
                tree.fields
                        .computeIfAbsent(WireFormat.getTagFieldNumber(tag), _ -> new ArrayList<>())
                        .add(value);
            }
            return in.isAtEnd() ? tree : null;
        } catch (IOException _) {
            return null;
        }
    }

    private static @Nullable Object value(CodedInputStream in, int tag, int depth)
            throws IOException {
        return switch (WireFormat.getTagWireType(tag)) {
            case WireFormat.WIRETYPE_VARINT -> in.readRawVarint64();
            case WireFormat.WIRETYPE_FIXED64 -> in.readRawLittleEndian64();
            case WireFormat.WIRETYPE_FIXED32 -> (long) in.readRawLittleEndian32();
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> delimited(in.readBytes(), depth);
            default -> null;
        };
    }

    private static Object delimited(ByteString bytes, int depth) {
        String text = text(bytes);
        // A message may look like text that begins with a newline: that is the tag of field 1.
        if (text != null && !text.startsWith("\n")) {
            return text;
        }
        ProtoTree message = parse(bytes, depth + 1);
        if (message != null) {
            return message;
        }
        return text == null ? bytes : text;
    }

    /** The bytes as text, if they are UTF-8 without control characters but for white space. */
    private static @Nullable String text(ByteString bytes) {
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes.toByteArray()))
                            .toString();
        } catch (CharacterCodingException _) {
            return null;
        }
        boolean isReadable =
                text.codePoints()
                        .allMatch(c ->
                                (c >= ' ' && c != 0x7F) || c == '\n' || c == '\t' || c == '\r');
        return isReadable ? text : null;
    }

    /** Values of a field, in their order. */
    List<Object> all(int field) {
        return fields.getOrDefault(field, List.of());
    }

    /** The text of a field; empty if it has none. */
    String text(int field) {
        List<Object> values = all(field);
        return !values.isEmpty() && values.getLast() instanceof String text ? text : "";
    }

    /** The number of a field; 0 if it has none. */
    long number(int field) {
        List<Object> values = all(field);
        return !values.isEmpty() && values.getLast() instanceof Long number ? number : 0;
    }

    /** The message in a field; null if it has none. */
    @Nullable ProtoTree message(int field) {
        List<Object> values = all(field);
        return !values.isEmpty() && values.getLast() instanceof ProtoTree tree ? tree : null;
    }

    /** The whole tree with field numbers as names; a field that is repeated is a list. */
    void write(JsonText json) {
        json.beginObject();
        fields.forEach((number, values) -> {
            json.name(Integer.toString(number));
            if (values.size() == 1) {
                write(json, values.getFirst());
            } else {
                json.beginArray();
                values.forEach(value -> write(json, value));
                json.endArray();
            }
        });
        json.endObject();
    }

    private static void write(JsonText json, Object value) {
        switch (value) {
            case ProtoTree tree -> tree.write(json);
            case String text -> json.text(text);
            case Long number -> json.number(Long.toString(number));
            case ByteString bytes -> {
                json.beginObject();
                json.name("base64");
                json.base64(bytes.toByteArray());
                json.endObject();
            }
            default -> throw new IllegalStateException(value.getClass().getName());
        }
    }

    /** Parses bytes that have to be a message. */
    static ProtoTree require(ByteString bytes, String what) throws UndecodableException {
        ProtoTree tree = parse(bytes);
        if (tree == null) {
            throw new UndecodableException(
                    what + ": " + bytes.size() + " bytes that are no protobuf message");
        }
        return tree;
    }

    /** Field 2 of an envelope without a guess at what is in it. */
    static ByteString bytesOf(ByteString message, int field) throws UndecodableException {
        CodedInputStream in = message.newCodedInput();
        ByteString found = ByteString.EMPTY;
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                boolean isWanted =
                        WireFormat.getTagFieldNumber(tag) == field
                                && WireFormat.getTagWireType(tag)
                                        == WireFormat.WIRETYPE_LENGTH_DELIMITED;
                if (isWanted) {
                    found = in.readBytes();
                } else if (!in.skipField(tag)) {
                    throw new InvalidProtocolBufferException("unexpected end of a group");
                }
            }
            return found;
        } catch (IOException e) {
            throw new UndecodableException(
                    "envelope: malformed at byte "
                            + in.getTotalBytesRead()
                            + " of "
                            + message.size()
                            + ": "
                            + e.getMessage());
        }
    }
}
