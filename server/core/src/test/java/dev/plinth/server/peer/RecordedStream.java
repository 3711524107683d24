package dev.plinth.server.peer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * A stream between members of etcd 3.5.30 as it was on the wire, and the same one decoded by
 * another decoder.
 *
 * @param name of the recording
 * @param pieces the stream without the framing of HTTP, in the pieces in which it arrived
 * @param frames what another decoder made of it
 */
record RecordedStream(String name, List<byte[]> pieces, List<JsonObject> frames) {
    static RecordedStream load(String name) throws IOException {
        List<byte[]> pieces = new ArrayList<>();
        EmbeddedChannel http = new EmbeddedChannel(new HttpClientCodec());
        http.writeOutbound(
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/raft/stream"));
        try (BufferedReader lines = open(name + ".jsonl.gz")) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonArray piece = JsonParser.parseString(line).getAsJsonArray();
                if (piece.get(1).getAsString().equals("<") && !piece.get(2).isJsonNull()) {
                    http.writeInbound(
                            Unpooled.wrappedBuffer(
                                    Base64.getDecoder().decode(piece.get(2).getAsString())));
                    take(http, pieces);
                }
            }
        } finally {
            http.finishAndReleaseAll();
        }
        return new RecordedStream(name, pieces, frames(name));
    }

    private static void take(EmbeddedChannel http, List<byte[]> pieces) {
        for (Object part = http.readInbound(); part != null; part = http.readInbound()) {
            if (part instanceof HttpContent content) {
                ByteBuf bytes = content.content();
                byte[] copy = new byte[bytes.readableBytes()];
                bytes.readBytes(copy);
                pieces.add(copy);
            }
            ReferenceCountUtil.release(part);
        }
    }

    private static List<JsonObject> frames(String name) throws IOException {
        try (BufferedReader text = open(name + ".json.gz")) {
            JsonObject exchange =
                    JsonParser.parseReader(text)
                            .getAsJsonObject()
                            .getAsJsonArray("exchanges")
                            .get(0)
                            .getAsJsonObject();
            List<JsonObject> frames = new ArrayList<>();
            for (JsonElement frame : exchange.getAsJsonArray("stream")) {
                frames.add(frame.getAsJsonObject());
            }
            return frames;
        }
    }

    private static BufferedReader open(String file) throws IOException {
        InputStream raw =
                Objects.requireNonNull(
                        RecordedStream.class.getResourceAsStream("/peer/" + file), file);
        return new BufferedReader(
                new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.UTF_8));
    }

    /** The stream in one piece. */
    byte[] bytes() {
        ByteBuf all = Unpooled.buffer();
        pieces.forEach(all::writeBytes);
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    boolean isOfAppends() {
        return name.contains("msgapp");
    }

    /** Id of the member that wrote the stream; its first message says so. */
    long writer() {
        return id("from");
    }

    /** Id of the member that read it. */
    long reader() {
        return id("to");
    }

    private long id(String field) {
        for (JsonObject frame : frames) {
            if (frame.has("message")) {
                return Long.parseUnsignedLong(
                        frame.getAsJsonObject("message").get(field).getAsString(), 16);
            }
        }
        throw new AssertionError(name + " holds no message");
    }

    @Override
    public String toString() {
        return name;
    }
}
