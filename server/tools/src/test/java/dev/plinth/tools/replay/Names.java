package dev.plinth.tools.replay;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Symbols of a recorded session, {@code {EP1}} or {@code {MID1.dec}}, and what they stand for. */
final class Names {
    private static final Pattern SYMBOL = Pattern.compile("\\{([A-Z][A-Z0-9_]*(?:\\.dec)?)\\}");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{6,16}");
    private static final Pattern PADDED = Pattern.compile("(Member|cluster) +\\{");

    private final Map<String, String> values = new HashMap<>();
    private final Map<String, String> symbols = new LinkedHashMap<>();

    /** A value that is recognised in outputs too. */
    void set(String name, String value) {
        values.put(name, value);
        if (ID.matcher(value).matches()) {
            long id = Long.parseUnsignedLong(value, 16);
            String decimal = Long.toUnsignedString(id);
            values.put(name + ".dec", decimal);
            symbols.put("%016x".formatted(id), "{" + name + "}");
            symbols.put(Long.toHexString(id), "{" + name + "}");
            symbols.put(decimal, "{" + name + ".dec}");
        } else if (value.length() > 3) {
            symbols.put(value, "{" + name + "}");
        }
    }

    /** A value that is only put in. */
    void alias(String name, String value) {
        values.put(name, value);
    }

    String get(String name) {
        return values.getOrDefault(name, "");
    }

    /** Values in place of symbols. */
    String resolve(String text) {
        Matcher matcher = SYMBOL.matcher(text);
        return matcher.replaceAll(found ->
                Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
    }

    /** Symbols in place of values. */
    String symbolic(String text) {
        List<String> longestFirst =
                symbols.keySet().stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList();
        String result = text;
        for (String value : longestFirst) {
            result = result.replace(value, symbols.getOrDefault(value, value));
        }
        return PADDED.matcher(result).replaceAll("$1 {");
    }
}
