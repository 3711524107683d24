package dev.plinth.mvcc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A database that etcd 3.5.30 wrote, with what etcd answers when started on it. */
record Vector(String name, JsonObject expected) {

    static Vector load(String name) {
        try (InputStream in = resource(name + ".json");
                InputStreamReader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return new Vector(name, JsonParser.parseReader(reader).getAsJsonObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path unpack(Path directory) {
        Path file = directory.resolve(name + ".db");
        try (InputStream in = new GZIPInputStream(resource(name + ".db.gz"))) {
            Files.copy(in, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    JsonArray array(String field) {
        return expected.getAsJsonArray(field);
    }

    /** 64-bit numbers are strings in the gateway's JSON; absent means 0. */
    static long number(JsonObject object, String field) {
        JsonElement value = object.get(field);
        return value == null ? 0 : value.getAsLong();
    }

    static byte[] bytes(JsonObject object, String field) {
        JsonElement value = object.get(field);
        return value == null ? new byte[0] : Base64.getDecoder().decode(value.getAsString());
    }

    static byte @Nullable [] end(JsonObject object) {
        byte[] end = bytes(object, "range_end");
        if (end.length == 0) {
            return null;
        }
        return end.length == 1 && end[0] == 0 ? new byte[0] : end;
    }

    private static InputStream resource(String file) {
        return Objects.requireNonNull(
                Vector.class.getResourceAsStream("/vectors/db/" + file), file);
    }
}
