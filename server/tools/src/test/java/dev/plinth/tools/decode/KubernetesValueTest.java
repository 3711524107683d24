package dev.plinth.tools.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KubernetesValueTest {
    private static final long SEED = 7;
    private static final int DAMAGED = 20_000;

    /** Writes the fields of a message. */
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static ByteString message(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.write(out);
        out.flush();
        return ByteString.copyFrom(bytes.toByteArray());
    }

    private static byte[] pod() throws IOException {
        ByteString label =
                message(out -> {
                    out.writeString(1, "app");
                    out.writeString(2, "web");
                });
        ByteString time = message(out -> out.writeInt64(1, 1_700_000_000L));
        ByteString metadata =
                message(out -> {
                    out.writeString(1, "nginx");
                    out.writeString(3, "default");
                    out.writeInt64(7, 4);
                    out.writeBytes(8, time);
                    out.writeBytes(11, label);
                    out.writeString(14, "a/b");
                });
        ByteString object =
                message(out -> {
                    out.writeBytes(1, metadata);
                    out.writeBytes(2, ByteString.copyFrom(new byte[] {0, -1}));
                    out.writeString(3, "x");
                    out.writeString(3, "y");
                });
        ByteString type =
                message(out -> {
                    out.writeString(1, "v1");
                    out.writeString(2, "Pod");
                });
        ByteString envelope =
                message(out -> {
                    out.writeBytes(1, type);
                    out.writeBytes(2, object);
                });
        return ByteString.copyFromUtf8("k8s\0").concat(envelope).toByteArray();
    }

    private static JsonObject parsed(byte[] value) throws UndecodableException {
        return JsonParser.parseString(KubernetesValue.json(value)).getAsJsonObject();
    }

    @Test
    void anObjectShowsTypeMetadataAndItsFieldsByNumber() throws Exception {
        JsonObject pod = parsed(pod());

        assertThat(pod.get("apiVersion").getAsString()).isEqualTo("v1");
        assertThat(pod.get("kind").getAsString()).isEqualTo("Pod");
        JsonObject metadata = pod.getAsJsonObject("metadata");
        assertThat(metadata.get("name").getAsString()).isEqualTo("nginx");
        assertThat(metadata.get("namespace").getAsString()).isEqualTo("default");
        assertThat(metadata.get("generation").getAsLong()).isEqualTo(4);
        assertThat(metadata.get("creationTimestamp").getAsString())
                .isEqualTo("2023-11-14T22:13:20Z");
        assertThat(metadata.getAsJsonObject("labels")).hasToString("{\"app\":\"web\"}");
        assertThat(metadata.getAsJsonArray("finalizers")).hasToString("[\"a/b\"]");
        JsonObject fields = pod.getAsJsonObject("fields");
        assertThat(fields.getAsJsonObject("2").get("base64").getAsString()).isEqualTo("AP8=");
        assertThat(fields.getAsJsonArray("3")).hasToString("[\"x\",\"y\"]");
    }

    @Test
    void theRawMessageIsTheObjectWithoutItsEnvelope() throws Exception {
        ProtoTree object =
                ProtoTree.require(ByteString.copyFrom(KubernetesValue.raw(pod())), "object");

        assertThat(object.all(3)).containsExactly("x", "y");
    }

    @Test
    void jsonIsPassedOnAndOfEncryptedValuesOnlyTheProviderIsTold() throws Exception {
        assertThat(KubernetesValue.json("{\"a\":1}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("{\"a\":1}");
        JsonObject encrypted =
                parsed("k8s:enc:aescbc:v1:key1:secret".getBytes(StandardCharsets.UTF_8))
                        .getAsJsonObject("encrypted");
        assertThat(encrypted.get("provider").getAsString()).isEqualTo("aescbc");
        assertThat(encrypted.get("key").getAsString()).isEqualTo("key1");
        assertThat(encrypted.toString()).doesNotContain("secret");
    }

    @Test
    void cborBecomesJson() throws Exception {
        // {"a": 1, "b": [true, null, -2, 1.5], "c": h'00ff', "d": {_ "e": (_ "x", "y")}}
        byte[] value =
                HexFormat.of()
                        .parseHex(
                                "d9d9f7a461610161628"
                                        + "4f5f621f93e006163420"
                                        + "0ff6164bf61657f61786179ffff");

        assertThat(parsed(value))
                .hasToString(
                        "{\"a\":1,\"b\":[true,null,-2,1.5],\"c\":\"AP8=\",\"d\":{\"e\":\"xy\"}}");
    }

    @Test
    void otherBytesAreRefused() {
        assertThatThrownBy(() -> KubernetesValue.json(new byte[] {1, 2, 3}))
                .isInstanceOf(UndecodableException.class);
        byte[] longMap = HexFormat.of().parseHex("d9d9f7bbffffffffffffffff");
        assertThatThrownBy(() -> KubernetesValue.json(longMap))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("CBOR at byte 12");
    }

    @Test
    void damagedValuesEndInATypedRefusalOrInJson() throws Exception {
        Random random = new Random(SEED);
        byte[] cbor = HexFormat.of().parseHex("d9d9f7a26161016162845f41004101fff93e00f6");
        for (int i = 0; i < DAMAGED; i++) {
            byte[] value = (i % 2 == 0 ? pod() : cbor).clone();
            int changes = 1 + random.nextInt(3);
            for (int change = 0; change < changes; change++) {
                value[random.nextInt(value.length)] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(value, 1 + random.nextInt(value.length));
            try {
                assertThat(KubernetesValue.json(cut)).isNotEmpty();
            } catch (UndecodableException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }
}
