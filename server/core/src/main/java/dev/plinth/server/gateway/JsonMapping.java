package dev.plinth.server.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.plinth.server.json.JsonStrings;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;

/**
 * Requests from the gateway's JSON: names of the schema or in lowerCamelCase, 64-bit numbers as
 * strings or numbers, bytes in base64; unknown fields are passed over.
 */
final class JsonMapping {
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private JsonMapping() {}

    static Message parse(String document, Message prototype) throws JsonSyntaxException {
        JsonDuplicates.check(document, prototype.getDescriptorForType());
        Message.Builder builder = prototype.newBuilderForType();
        try {
            PARSER.merge(document, builder);
        } catch (InvalidProtocolBufferException e) {
            throw new JsonSyntaxException(String.valueOf(e.getMessage()));
        }
        return builder.build();
    }

    /** The body of an error: code, then text. */
    static String error(Status status) {
        String description = status.getDescription();
        return "{\"code\":"
                + status.getCode().value()
                + ",\"message\":"
                + JsonStrings.quote(description == null ? "" : description)
                + "}";
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
