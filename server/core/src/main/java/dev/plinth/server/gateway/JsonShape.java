package dev.plinth.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a kind of message looks like on the wire and in JSON: its fields by number. Immutable, found
 * once for each kind.
 */
final class JsonShape {
    private final Field[] fields;

    /**
     * A field.
     *
     * @param name in quotes and with a colon behind it
     * @param descriptor which type it has, and whether it is told when it is zero
     */
    record Field(int number, byte[] name, boolean isRepeated, FieldDescriptor descriptor) {
        FieldDescriptor.Type type() {
            return descriptor.getType();
        }

        /** Whether a zero on the wire is as good as no field. */
        boolean omitsZero() {
            return !isRepeated && !descriptor.hasPresence();
        }

        /** Whether it comes as that wire type, many of them in one or not. */
        boolean isSentAs(int wireType) {
            return wireType == descriptor.getLiteType().getWireType() || isPacked(wireType);
        }

        boolean isPacked(int wireType) {
            return isRepeated
                    && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED
                    && descriptor.isPackable();
        }
    }

    /** The shapes that have been asked for so far. Any thread. */
    static final class Shapes {
        private final Map<Descriptor, JsonShape> known = new ConcurrentHashMap<>();

        /**
         * @throws IllegalArgumentException the message has a field that no message of etcd's API
         *     has: a map, or a number with a fraction
         */
        JsonShape of(Descriptor message) {
            return known.computeIfAbsent(message, JsonShape::new);
        }
    }

    private JsonShape(Descriptor message) {
        int largest =
                message.getFields().stream().mapToInt(FieldDescriptor::getNumber).max().orElse(0);
        fields = new Field[largest + 1];
        for (FieldDescriptor field : message.getFields()) {
            if (field.isMapField()
                    || field.getType() == FieldDescriptor.Type.DOUBLE
                    || field.getType() == FieldDescriptor.Type.FLOAT
                    || field.getType() == FieldDescriptor.Type.GROUP) {
                throw new IllegalArgumentException("no JSON form for " + field.getFullName());
            }
            fields[field.getNumber()] =
                    new Field(
                            field.getNumber(),
                            ('"' + field.getName() + "\":").getBytes(UTF_8),
                            field.isRepeated(),
                            field);
        }
    }

    /** The field of a number; null when there is none. */
    @Nullable Field field(int number) {
        return number < fields.length ? fields[number] : null;
    }
}
