package dev.plinth.server.interop;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Compares an answer with a recorded one by the rules of the transcripts. */
final class JsonComparison {
    private static final Set<String> VARYING = Set.of("cluster_id", "member_id", "raft_term");

    private final Set<String> vary;
    private final Set<String> unordered;
    private final List<String> differences = new ArrayList<>();

    private JsonComparison(Set<String> vary, Set<String> unordered) {
        this.vary = vary;
        this.unordered = unordered;
    }

    /** All differences, each with the path at which it is. */
    static List<String> differences(
            JsonElement wanted,
            @Nullable JsonElement got,
            Set<String> vary,
            Set<String> unordered) {
        JsonComparison comparison = new JsonComparison(vary, unordered);
        comparison.compare(wanted, got, "");
        return comparison.differences;
    }

    private void compare(JsonElement wanted, @Nullable JsonElement got, String path) {
        if (VARYING.contains(path.substring(path.lastIndexOf('.') + 1))) {
            return;
        }
        if (vary.contains(path)) {
            if (got == null) {
                differences.add(path + ": missing");
            }
            return;
        }
        switch (wanted) {
            case JsonObject object -> compareObject(object, got, path);
            case JsonArray array -> compareArray(array, got, path);
            default -> {
                boolean bothDefault = isDefault(wanted) && isDefault(got);
                if (!bothDefault && !wanted.equals(got)) {
                    differences.add(path + ": wanted " + wanted + ", got " + got);
                }
            }
        }
    }

    private void compareObject(JsonObject wanted, @Nullable JsonElement got, String path) {
        if (!(got instanceof JsonObject object)) {
            if (got != null || !isDefault(wanted)) {
                differences.add(path + ": wanted an object, got " + got);
            }
            return;
        }
        wanted.asMap()
                .forEach((name, value) ->
                        compare(
                                value,
                                object.get(name),
                                path.isEmpty() ? name : path + "." + name));
    }

    private void compareArray(JsonArray wanted, @Nullable JsonElement got, String path) {
        List<JsonElement> expected = elements(wanted);
        List<JsonElement> found = got instanceof JsonArray array ? elements(array) : List.of();
        if (expected.size() != found.size()) {
            differences.add(
                    path + ": wanted " + expected.size() + " elements, got " + found.size());
            return;
        }
        if (unordered.contains(path)) {
            expected = sorted(expected);
            found = sorted(found);
        }
        for (int i = 0; i < expected.size(); i++) {
            compare(expected.get(i), found.get(i), path.isEmpty() ? "" + i : path + "." + i);
        }
    }

    private static List<JsonElement> elements(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static List<JsonElement> sorted(List<JsonElement> values) {
        return values.stream()
                .sorted((a, b) -> canonical(a).toString().compareTo(canonical(b).toString()))
                .toList();
    }

    /** The value with the fields of its objects in the order of their names. */
    static JsonElement canonical(JsonElement value) {
        return switch (value) {
            case JsonObject object -> {
                JsonObject ordered = new JsonObject();
                new TreeMap<>(object.asMap())
                        .forEach((name, field) -> ordered.add(name, canonical(field)));
                yield ordered;
            }
            case JsonArray array -> {
                JsonArray ordered = new JsonArray();
                array.forEach(element -> ordered.add(canonical(element)));
                yield ordered;
            }
            default -> value;
        };
    }

    /** Whether a value is what a message has where a field was not set. */
    private static boolean isDefault(@Nullable JsonElement value) {
        return switch (value) {
            case null -> true;
            case JsonNull _ -> true;
            case JsonArray array -> array.isEmpty();
            case JsonObject object ->
                    object.asMap().values().stream().allMatch(JsonComparison::isDefault);
            case JsonPrimitive primitive ->
                    Set.of("", "0", "false").contains(primitive.getAsString());
            default -> false;
        };
    }

    /** The value at a dotted path, array elements by number. */
    static JsonElement at(JsonElement value, String path) {
        JsonElement found = value;
        for (String step : path.split("\\.", -1)) {
            JsonElement next =
                    found instanceof JsonArray array
                            ? array.get(Integer.parseInt(step))
                            : found.getAsJsonObject().get(step);
            if (next == null) {
                throw new AssertionError("nothing at " + path + " of " + value);
            }
            found = next;
        }
        return found;
    }
}
