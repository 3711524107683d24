package dev.plinth.server.dump;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Collection;
import java.util.Set;

/**
 * Messages in one line, in the form that etcd 3.5 and 3.6 print: {@code name:value } for a number,
 * {@code name:"value" } for text and bytes, {@code name:<fields> } for a message. Fields come in
 * the order of their declaration; those that are not set are left out.
 */
final class CompactText {
    static final String REMOVED = "<value removed>";

    private static final Set<String> SECRETS = Set.of("password", "hashedPassword", "simple_token");

    private CompactText() {}

    static String of(Message message) {
        StringBuilder text = new StringBuilder();
        append(text, message);
        return text.toString();
    }

    private static void append(StringBuilder text, Message message) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                for (Object element : (Collection<?>) message.getField(field)) {
                    append(text, field, element);
                }
            } else if (isSet(message, field)) {
                append(text, field, message.getField(field));
            }
        }
    }

    private static boolean isSet(Message message, FieldDescriptor field) {
        return field.hasPresence()
                ? message.hasField(field)
                : !message.getField(field).equals(field.getDefaultValue());
    }

    private static void append(StringBuilder text, FieldDescriptor field, Object value) {
        text.append(field.getName()).append(':');
        switch (value) {
            case Message inner -> {
                text.append('<');
                append(text, inner);
                text.append('>');
            }
            case _ when isSecret(field) -> text.append(quote(ByteString.copyFromUtf8(REMOVED)));
            case ByteString bytes -> text.append(quote(bytes));
            case String string -> text.append(quote(ByteString.copyFromUtf8(string)));
            case EnumValueDescriptor constant -> text.append(constant.getName());
            case Long number when isUnsigned(field) -> text.append(Long.toUnsignedString(number));
            case Integer number when isUnsigned(field) ->
                    text.append(Integer.toUnsignedString(number));
            default -> text.append(value);
        }
        text.append(' ');
    }

    /** The reference hides one request's password alone, and prints hashes. */
    private static boolean isSecret(FieldDescriptor field) {
        return SECRETS.contains(field.getName());
    }

    private static boolean isUnsigned(FieldDescriptor field) {
        return switch (field.getType()) {
            case UINT32, UINT64, FIXED32, FIXED64 -> true;
            default -> false;
        };
    }

    /** Between quotes, what is not printable ASCII in octal. */
    static String quote(ByteString bytes) {
        StringBuilder text = new StringBuilder(bytes.size() + 2).append('"');
        for (byte b : bytes) {
            switch (b) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (b >= ' ' && b < 0x7F) {
                        text.append((char) b);
                    } else {
                        text.append(String.format("\\%03o", b & 0xFF));
                    }
                }
            }
        }
        return text.append('"').toString();
    }
}
