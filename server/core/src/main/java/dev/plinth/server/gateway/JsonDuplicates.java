package dev.plinth.server.gateway;

import com.google.gson.stream.JsonReader;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request that names a field twice, as Go's parser of the reference does since 3.6: which
 * of the two was meant, nobody can tell. Fields that are unknown may come as often as they like.
 */
final class JsonDuplicates {
    private JsonDuplicates() {}

    /**
     * @param document well-formed JSON
     * @throws JsonSyntaxException it names a field twice, or is nested too deeply
     */
    static void check(String document, Descriptor message) throws JsonSyntaxException {
        try (JsonReader in = new JsonReader(new StringReader(document))) {
            value(in, message);
        } catch (IOException e) {
            throw new JsonSyntaxException(String.valueOf(e.getMessage()));
        }
    }

    private static void value(JsonReader in, Descriptor message)
            throws IOException, JsonSyntaxException {
        switch (in.peek()) {
            case BEGIN_OBJECT -> object(in, message);
            case BEGIN_ARRAY -> {
                in.beginArray();
                while (in.hasNext()) {
                    value(in, message);
                }
                in.endArray();
            }
            default -> in.skipValue();
        }
    }

    private static void object(JsonReader in, Descriptor message)
            throws IOException, JsonSyntaxException {
        Set<FieldDescriptor> seen = new HashSet<>();
        in.beginObject();
        while (in.hasNext()) {
            String name = in.nextName();
            FieldDescriptor field = field(message, name);
            if (field != null && !seen.add(field)) {
                throw new JsonSyntaxException("proto: duplicate field \"" + name + "\"");
            }
            if (field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                value(in, field.getMessageType());
            } else {
                in.skipValue();
            }
        }
        in.endObject();
    }

    /** By either of its names. */
    private static @Nullable FieldDescriptor field(Descriptor message, String name) {
        for (FieldDescriptor field : message.getFields()) {
            if (field.getName().equals(name) || field.getJsonName().equals(name)) {
                return field;
            }
        }
        return null;
    }
}
