package dev.plinth.tools.print;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.ResponseOp;
import dev.plinth.server.cli.GoText;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Messages as Go's {@code encoding/json} writes the structs made of them: fields in the order of
 * their declaration and by their names there, zero values left out, all numbers plain.
 */
final class GoJson {
    private GoJson() {}

    static String of(Message message) {
        StringBuilder json = new StringBuilder(256);
        append(json, message);
        return json.toString();
    }

    static void append(StringBuilder json, Message message) {
        // The oneof is a field of its own in Go.
        boolean isOperation = message instanceof ResponseOp;
        json.append(isOperation ? "{\"Response\":{" : "{");
        String separator = "";
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (isZero(message, field)) {
                continue;
            }
            json.append(separator).append('"').append(field.getName()).append("\":");
            separator = ",";
            if (field.isRepeated()) {
                appendList(json, field, (List<?>) message.getField(field));
            } else {
                appendValue(json, field, message.getField(field));
            }
        }
        json.append(isOperation ? "}}" : "}");
    }

    private static boolean isZero(Message message, FieldDescriptor field) {
        return field.isRepeated()
                ? message.getRepeatedFieldCount(field) == 0
                : !message.hasField(field);
    }

    private static void appendList(StringBuilder json, FieldDescriptor field, List<?> values) {
        json.append('[');
        String separator = "";
        for (Object value : values) {
            json.append(separator);
            appendValue(json, field, value);
            separator = ",";
        }
        json.append(']');
    }

    private static void appendValue(StringBuilder json, FieldDescriptor field, Object value) {
        switch (value) {
            case Message message -> append(json, message);
            case ByteString bytes -> appendBytes(json, bytes);
            case String text -> json.append(string(text));
            case EnumValueDescriptor name -> json.append(name.getNumber());
            case Long number ->
                    json.append(
                            field.getType() == FieldDescriptor.Type.UINT64
                                    ? Long.toUnsignedString(number)
                                    : Long.toString(number));
            case Integer number ->
                    json.append(
                            field.getType() == FieldDescriptor.Type.UINT32
                                    ? Integer.toUnsignedString(number)
                                    : Integer.toString(number));
            default -> json.append(value);
        }
    }

    static void appendBytes(StringBuilder json, ByteString bytes) {
        json.append('"')
                .append(Base64.getEncoder().encodeToString(bytes.toByteArray()))
                .append('"');
    }

    static String string(String text) {
        return GoText.json(text.getBytes(StandardCharsets.UTF_8));
    }
}
