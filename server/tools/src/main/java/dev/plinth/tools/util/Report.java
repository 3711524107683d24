package dev.plinth.tools.util;

import dev.plinth.server.cli.GoText;
import dev.plinth.tools.print.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** A result of a few named values, which every output format shows in its own way. */
final class Report {
    /**
     * One value.
     *
     * @param header above the column of a table
     * @param field name among fields
     * @param json name in JSON
     * @param shown for people
     * @param exact for programs
     * @param isText whether JSON quotes it
     */
    private record Value(
            String header, String field, String json, String shown, String exact, boolean isText) {}

    private final List<Value> values = new ArrayList<>();

    Report number(String header, String field, String json, String shown, String exact) {
        values.add(new Value(header, field, json, shown, exact, false));
        return this;
    }

    Report number(String header, String field, String json, long number) {
        return number(header, field, json, Long.toString(number), Long.toString(number));
    }

    Report text(String header, String field, String json, String text) {
        values.add(new Value(header, field, json, text, text, true));
        return this;
    }

    private List<String> shown() {
        return values.stream().map(Value::shown).toList();
    }

    String simple() {
        return String.join(", ", shown()) + "\n";
    }

    String table() {
        return Table.draw(values.stream().map(Value::header).toList(), List.of(shown()));
    }

    String fields() {
        StringBuilder lines = new StringBuilder();
        for (Value value : values) {
            lines.append('"')
                    .append(value.field())
                    .append("\" : ")
                    .append(value.exact())
                    .append('\n');
        }
        return lines.toString();
    }

    String json() {
        StringJoiner members = new StringJoiner(",", "{", "}\n");
        for (Value value : values) {
            String text = value.isText() ? GoText.quote(value.exact()) : value.exact();
            members.add("\"" + value.json() + "\":" + text);
        }
        return members.toString();
    }
}
