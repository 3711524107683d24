package dev.plinth.tools.decode;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value below {@code /registry/}, as JSON.
 *
 * <pre>
 * 6b 38 73 00 message      Unknown { TypeMeta 1 { apiVersion 1, kind 2 }, raw 2, … }
 * d9 d9 f7 …               CBOR
 * k8s:enc:PROVIDER:v1:KEY: encrypted; only provider and key are told
 * {…                       JSON, passed on as it is
 * </pre>
 *
 * <p>Of an object in protobuf the type is known, and the metadata, which all kinds have in field 1;
 * its other fields are shown by their numbers.
 */
public final class KubernetesValue {
    private static final ByteString PROTOBUF = ByteString.copyFrom(new byte[] {'k', '8', 's', 0});
    private static final ByteString CBOR =
            ByteString.copyFrom(new byte[] {(byte) 0xD9, (byte) 0xD9, (byte) 0xF7});
    private static final String ENCRYPTED = "k8s:enc:";
    private static final int RAW = 2;
    private static final int METADATA = 1;

    private KubernetesValue() {}

    /**
     * The value as JSON.
     *
     * @throws UndecodableException if it is nothing that Kubernetes writes
     */
    public static String json(byte[] value) throws UndecodableException {
        ByteString bytes = ByteString.copyFrom(value);
        JsonText json = new JsonText();
        if (bytes.startsWith(PROTOBUF)) {
            writeObject(bytes.substring(PROTOBUF.size()), json);
        } else if (bytes.startsWith(CBOR)) {
            Cbor.write(value, CBOR.size(), json);
        } else if (startsWith(value, ENCRYPTED)) {
            writeEncryption(value, json);
        } else if (value.length > 0 && (value[0] == '{' || value[0] == '[')) {
            return new String(value, StandardCharsets.UTF_8);
        } else {
            throw new UndecodableException(
                    "error reading input, does not appear to contain valid JSON or binary data");
        }
        return json.toString();
    }

    /**
     * The object's own message, without the envelope.
     *
     * @throws UndecodableException if the value is no object in protobuf
     */
    public static byte[] raw(byte[] value) throws UndecodableException {
        ByteString bytes = ByteString.copyFrom(value);
        if (!bytes.startsWith(PROTOBUF)) {
            throw new UndecodableException("the value has no protobuf in it");
        }
        return ProtoTree.bytesOf(bytes.substring(PROTOBUF.size()), RAW).toByteArray();
    }

    private static boolean startsWith(byte[] value, String prefix) {
        return ByteString.copyFrom(value).startsWith(ByteString.copyFromUtf8(prefix));
    }

    private static void writeEncryption(byte[] value, JsonText json) throws UndecodableException {
        String[] parts = new String(value, StandardCharsets.ISO_8859_1).split(":", 6);
        if (parts.length < 6) {
            throw new UndecodableException(
                    "encrypted value: expected k8s:enc:PROVIDER:VERSION:KEY:, found "
                            + parts.length
                            + " parts");
        }
        json.beginObject();
        json.name("encrypted");
        json.beginObject();
        json.textMember("provider", parts[2]);
        json.textMember("version", parts[3]);
        json.textMember("key", parts[4]);
        json.name("bytes");
        json.number(Integer.toString(parts[5].length()));
        json.endObject();
        json.endObject();
    }

    // ---------------------------------------------------------------- objects in protobuf

    private static void writeObject(ByteString envelope, JsonText json)
            throws UndecodableException {
        ProtoTree type =
                ProtoTree.require(ProtoTree.bytesOf(envelope, METADATA), "type of the object");
        ProtoTree object = ProtoTree.require(ProtoTree.bytesOf(envelope, RAW), "object");
        json.beginObject();
        json.textMember("apiVersion", type.text(1));
        json.textMember("kind", type.text(2));
        ProtoTree metadata = object.message(METADATA);
        if (metadata != null && !metadata.text(1).isEmpty()) {
            json.name("metadata");
            writeMetadata(metadata, json);
        }
        json.name("fields");
        object.write(json);
        json.endObject();
    }

    private static void writeMetadata(ProtoTree metadata, JsonText json) {
        json.beginObject();
        json.textMember("name", metadata.text(1));
        json.textMember("generateName", metadata.text(2));
        json.textMember("namespace", metadata.text(3));
        json.textMember("uid", metadata.text(5));
        json.textMember("resourceVersion", metadata.text(6));
        if (metadata.number(7) != 0) {
            json.name("generation");
            json.number(Long.toString(metadata.number(7)));
        }
        json.textMember("creationTimestamp", time(metadata.message(8)));
        json.textMember("deletionTimestamp", time(metadata.message(9)));
        writeMap("labels", metadata.all(11), json);
        writeMap("annotations", metadata.all(12), json);
        writeOwners(metadata.all(13), json);
        writeTexts("finalizers", metadata.all(14), json);
        json.endObject();
    }

    private static String time(@Nullable ProtoTree time) {
        if (time == null) {
            return "";
        }
        long seconds = time.number(1);
        boolean isSane = Math.abs(seconds) < 1L << 40;
        return isSane ? Instant.ofEpochSecond(seconds).toString() : Long.toString(seconds);
    }

    private static void writeMap(String name, List<Object> entries, JsonText json) {
        if (entries.isEmpty()) {
            return;
        }
        json.name(name);
        json.beginObject();
        for (Object entry : entries) {
            if (entry instanceof ProtoTree pair) {
                json.name(pair.text(1));
                json.text(pair.text(2));
            }
        }
        json.endObject();
    }

    private static void writeOwners(List<Object> owners, JsonText json) {
        if (owners.isEmpty()) {
            return;
        }
        json.name("ownerReferences");
        json.beginArray();
        for (Object each : owners) {
            if (each instanceof ProtoTree owner) {
                json.beginObject();
                json.textMember("apiVersion", owner.text(5));
                json.textMember("kind", owner.text(1));
                json.textMember("name", owner.text(3));
                json.textMember("uid", owner.text(4));
                json.endObject();
            }
        }
        json.endArray();
    }

    private static void writeTexts(String name, List<Object> texts, JsonText json) {
        if (texts.isEmpty()) {
            return;
        }
        json.name(name);
        json.beginArray();
        for (Object each : texts) {
            if (each instanceof String text) {
                json.text(text);
            }
        }
        json.endArray();
    }
}
