package dev.plinth.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.plinth.server.gateway.JsonShape.Field;
import dev.plinth.server.json.JsonStrings;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Takes an encoded message and writes it as JSON while it comes, field by field: names as in the
 * schema, 64-bit numbers as strings, bytes in base64, zeros left out.
 *
 * <p>No message object is made, so a list of any length holds one pair at a time; garbage is a copy
 * of each key and value. The message has to be canonical, as all that this server makes is: what
 * belongs to a repeated field stands together. Not thread-safe.
 */
final class JsonAnswer extends OutputStream {
    private static final int DEPTH_MAX = 100;
    private static final byte[] TRUE = "true".getBytes(UTF_8);
    private static final byte[] FALSE = "false".getBytes(UTF_8);

    private final JsonShape.Shapes shapes;
    private final JsonPieces out;
    private final Open top;

    /** The beginning of a field that has not come as a whole. */
    private byte[] held = new byte[0];

    private int heldBytes;

    /** A message whose fields are being written. */
    private static final class Open {
        final JsonShape shape;
        boolean hasFields;

        /** The repeated field whose elements are being written; 0 for none. */
        int array;

        Open(JsonShape shape) {
            this.shape = shape;
        }
    }

    JsonAnswer(JsonShape.Shapes shapes, Descriptor message, JsonPieces out) {
        this.shapes = shapes;
        this.out = out;
        this.top = new Open(shapes.of(message));
        out.put('{');
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (heldBytes == 0) {
            int taken = takeWholeFields(bytes, offset, length);
            hold(bytes, offset + taken, length - taken);
            return;
        }
        hold(bytes, offset, length);
        int taken = takeWholeFields(held, 0, heldBytes);
        heldBytes -= taken;
        System.arraycopy(held, taken, held, 0, heldBytes);
    }

    private void hold(byte[] bytes, int offset, int length) {
        if (heldBytes + length > held.length) {
            held = Arrays.copyOf(held, Math.max(heldBytes + length, 2 * held.length));
        }
        System.arraycopy(bytes, offset, held, heldBytes, length);
        heldBytes += length;
    }

    /**
     * The message has ended.
     *
     * @throws IOException it ended within a field
     */
    void end() throws IOException {
        if (heldBytes > 0) {
            throw new IOException(
                    "a message ends within a field, %d bytes on".formatted(heldBytes));
        }
        endArray(top);
        out.put('}');
    }

    private int takeWholeFields(byte[] bytes, int offset, int length) throws IOException {
        int whole = 0;
        int next = fieldSize(bytes, offset, length);
        while (next > 0) {
            whole += next;
            next = fieldSize(bytes, offset + whole, length - whole);
        }
        if (whole > 0) {
            fields(CodedInputStream.newInstance(bytes, offset, whole), top, 0);
        }
        return whole;
    }

    /** Bytes of the first field; 0 when it has not come as a whole. */
    private static int fieldSize(byte[] bytes, int offset, int length) throws IOException {
        int tagBytes = varintSize(bytes, offset, length);
        if (tagBytes == 0) {
            return 0;
        }
        int left = length - tagBytes;
        int wireType = WireFormat.getTagWireType(bytes[offset]);
        int size =
                switch (wireType) {
                    case WireFormat.WIRETYPE_VARINT -> varintSize(bytes, offset + tagBytes, left);
                    case WireFormat.WIRETYPE_FIXED64 -> Long.BYTES;
                    case WireFormat.WIRETYPE_FIXED32 -> Integer.BYTES;
                    case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
                            delimitedSize(bytes, offset + tagBytes, left);
                    default -> throw new IOException("a message has wire type " + wireType);
                };
        return size == 0 || size > left ? 0 : tagBytes + size;
    }

    private static int delimitedSize(byte[] bytes, int offset, int length) throws IOException {
        int prefix = varintSize(bytes, offset, length);
        if (prefix == 0) {
            return 0;
        }
        int size = CodedInputStream.newInstance(bytes, offset, prefix).readRawVarint32();
        if (size < 0 || size > Integer.MAX_VALUE - prefix) {
            throw new IOException("a message has a field of %d bytes".formatted(size));
        }
        return prefix + size;
    }

    /** Bytes of a variable-length number; 0 when it has not come as a whole. */
    private static int varintSize(byte[] bytes, int offset, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            if (bytes[offset + i] >= 0) {
                return i + 1;
            }
            if (i >= 9) {
                throw new IOException("a message has a number of more than ten bytes");
            }
        }
        return 0;
    }

    private void fields(CodedInputStream in, Open open, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new IOException("a message of more than %d levels".formatted(DEPTH_MAX));
        }
        int tag = in.readTag();
        while (tag != 0) {
            Field field = open.shape.field(WireFormat.getTagFieldNumber(tag));
            int wireType = WireFormat.getTagWireType(tag);
            if (field == null || !field.isSentAs(wireType)) {
                boolean _ = in.skipField(tag);
            } else if (field.isPacked(wireType)) {
                int outer = in.pushLimit(in.readRawVarint32());
                while (!in.isAtEnd()) {
                    value(in, open, field, depth);
                }
                in.popLimit(outer);
            } else {
                value(in, open, field, depth);
            }
            tag = in.readTag();
        }
    }

    private void value(CodedInputStream in, Open open, Field field, int depth) throws IOException {
        switch (field.type()) {
            case MESSAGE -> {
                begin(open, field);
                out.put('{');
                Open nested = new Open(shapes.of(field.descriptor().getMessageType()));
                int outer = in.pushLimit(in.readRawVarint32());
                fields(in, nested, depth + 1);
                in.popLimit(outer);
                endArray(nested);
                out.put('}');
            }
            case BYTES -> {
                byte[] bytes = in.readByteArray();
                if (bytes.length > 0 || !field.omitsZero()) {
                    begin(open, field);
                    out.put('"');
                    out.putBase64(bytes);
                    out.put('"');
                }
            }
            case STRING -> {
                String text = in.readStringRequireUtf8();
                if (!text.isEmpty() || !field.omitsZero()) {
                    begin(open, field);
                    out.put(JsonStrings.quote(text).getBytes(UTF_8));
                }
            }
            default -> {
                long number = number(in, field.type());
                if (number != 0 || !field.omitsZero()) {
                    begin(open, field);
                    number(number, field);
                }
            }
        }
    }

    private void begin(Open open, Field field) {
        if (field.isRepeated() && open.array == field.number()) {
            out.put(',');
            return;
        }
        endArray(open);
        if (open.hasFields) {
            out.put(',');
        }
        open.hasFields = true;
        out.put(field.name());
        if (field.isRepeated()) {
            out.put('[');
            open.array = field.number();
        }
    }

    private void endArray(Open open) {
        if (open.array != 0) {
            out.put(']');
            open.array = 0;
        }
    }

    private static long number(CodedInputStream in, FieldDescriptor.Type type) throws IOException {
        return switch (type) {
            case INT64, UINT64 -> in.readRawVarint64();
            case SINT64 -> in.readSInt64();
            case FIXED64, SFIXED64 -> in.readFixed64();
            case INT32, ENUM -> in.readInt32();
            case UINT32 -> Integer.toUnsignedLong(in.readUInt32());
            case SINT32 -> in.readSInt32();
            case FIXED32 -> Integer.toUnsignedLong(in.readFixed32());
            case SFIXED32 -> in.readSFixed32();
            case BOOL -> in.readBool() ? 1 : 0;
            default -> throw new InvalidProtocolBufferException("no number: " + type);
        };
    }

    private void number(long number, Field field) {
        switch (field.type()) {
            case BOOL -> out.put(number != 0 ? TRUE : FALSE);
            case ENUM -> {
                EnumValueDescriptor value =
                        field.descriptor().getEnumType().findValueByNumber((int) number);
                out.putAscii(value == null ? Long.toString(number) : quoted(value.getName()));
            }
            case UINT64, FIXED64 -> out.putAscii(quoted(Long.toUnsignedString(number)));
            case INT64, SINT64, SFIXED64 -> out.putAscii(quoted(Long.toString(number)));
            default -> out.putAscii(Long.toString(number));
        }
    }

    private static String quoted(String ascii) {
        return '"' + ascii + '"';
    }
}
