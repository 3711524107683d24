package dev.plinth.server.interop;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Objects;

/**
 * What 3.7 answers where 3.5 answered otherwise: turns a record with a {@code v37} note into one
 * that expects the answer of 3.7. A note that is not known here fails the test.
 */
final class VersionDifferences {
    private VersionDifferences() {}

    /** The record as 3.7 would have been recorded. */
    static JsonObject applied(JsonObject record) {
        String note = record.get("v37").getAsString();
        JsonObject changed = record.deepCopy();
        if (note.contains("hash_revision")) {
            addHashRevision(changed);
        } else if (note.contains("status needs no credentials")) {
            expect(changed, 200, "{\"enabled\": true, \"authRevision\": \"?\"}");
            changed.add("vary", JsonParser.parseString("[\"authRevision\"]"));
        } else if (record.get("name").getAsString().equals("downgrade cancel without job")) {
            // 3.6 and newer only log that there is none (api.md on Downgrade).
            expect(changed, 200, "{\"version\": \"3.7\"}");
        } else if (note.contains("invalid sort option")) {
            expect(changed, 400, "{\"code\": 3, \"message\": \"etcdserver: invalid sort option\"}");
        } else if (note.contains("the lease field is absent")) {
            JsonObject pair = JsonComparison.at(changed, "response.kvs.0").getAsJsonObject();
            pair.addProperty("lease", "0");
        } else if (note.startsWith("3.7.1 refuses: created+canceled")) {
            refuseWatch(changed);
        } else if (!note.startsWith("same error expected")
                && !note.startsWith("the allowed target is one minor below")) {
            throw new AssertionError("no expectation for the note: " + note);
        }
        return changed;
    }

    private static void expect(JsonObject record, int status, String response) {
        record.addProperty("status", status);
        record.add("response", JsonParser.parseString(response));
    }

    /** The revision that was hashed: the one asked for, or the newest. */
    private static void addHashRevision(JsonObject record) {
        JsonObject response = record.getAsJsonObject("response");
        JsonObject request = record.getAsJsonObject("request");
        response.add(
                "hash_revision",
                Objects.requireNonNullElseGet(
                        request.get("revision"),
                        () -> response.getAsJsonObject("header").get("revision")));
    }

    private static void refuseWatch(JsonObject record) {
        JsonObject result = JsonComparison.at(record, "responses.0.result").getAsJsonObject();
        result.addProperty("canceled", true);
        result.addProperty("watch_id", "-1");
        result.addProperty(
                "cancel_reason",
                "rpc error: code = PermissionDenied desc = etcdserver: permission denied");
        JsonArray responses = new JsonArray();
        JsonObject wrapped = new JsonObject();
        wrapped.add("result", result);
        responses.add(wrapped);
        record.add("responses", responses);
    }
}
