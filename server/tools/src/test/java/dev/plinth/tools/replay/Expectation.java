package dev.plinth.tools.replay;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares what a step printed with what was recorded, where exactness is asked for. */
final class Expectation {
    private static final Pattern LOG_LINE =
            Pattern.compile(
                    "^(\\{\"level\":|\\d{4}-\\d\\d-\\d\\dT[^\\s]+\\t|\\d{4}/\\d\\d/\\d\\d |stty: ).*");

    /** What a program printed, and its exit code. */
    record Side(String stdout, String stderr, int code) {
        static Side of(JsonObject expect, @Nullable Side base) {
            return new Side(
                    expect.has("stdout")
                            ? expect.get("stdout").getAsString()
                            : base == null ? "" : base.stdout,
                    expect.has("stderr")
                            ? expect.get("stderr").getAsString()
                            : base == null ? "" : base.stderr,
                    expect.has("code")
                            ? expect.get("code").getAsInt()
                            : base == null ? 0 : base.code);
        }
    }

    private Expectation() {}

    static String withoutLogLines(String text) {
        return text.lines()
                .filter(line -> !LOG_LINE.matcher(line).matches())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    /** Nothing if a recorded form was met, else the difference to the first one. */
    static String difference(JsonObject step, Side actual) {
        Side base = Side.of(step.getAsJsonObject("expect"), null);
        List<Side> accepted = new ArrayList<>(List.of(base));
        if (step.has("alt")) {
            for (JsonElement alt : step.getAsJsonArray("alt")) {
                accepted.add(Side.of(alt.getAsJsonObject(), base));
            }
        }
        Side masked = masked(step, actual);
        for (Side each : accepted) {
            if (masked(step, each).equals(masked)) {
                return "";
            }
        }
        return "expected " + masked(step, accepted.getLast()) + "\nbut was  " + masked;
    }

    private static Side masked(JsonObject step, Side side) {
        String stdout = side.stdout;
        String stderr = side.stderr;
        if (step.has("masks")) {
            for (JsonElement mask : step.getAsJsonArray("masks")) {
                JsonArray pair = mask.getAsJsonArray();
                Pattern pattern = python(pair.get(0).getAsString());
                String replacement =
                        pair.get(1)
                                .getAsString()
                                .replace("$", "\\$")
                                .replaceAll("\\\\(\\d)", "\\$$1");
                stdout = pattern.matcher(stdout).replaceAll(replacement);
                stderr = pattern.matcher(stderr).replaceAll(replacement);
            }
        }
        if (isSet(step, "sort")) {
            stdout = stdout.lines().sorted().map(l -> l + "\n").collect(Collectors.joining());
        }
        return new Side(stdout, isSet(step, "stderr_any") ? "" : stderr, side.code);
    }

    static boolean isSet(JsonObject step, String name) {
        return step.has(name) && step.get(name).getAsBoolean();
    }

    /** A pattern that was written for Python's multi-line mode. */
    static Pattern python(String pattern) {
        return Pattern.compile(pattern, Pattern.MULTILINE | Pattern.UNIX_LINES);
    }
}
