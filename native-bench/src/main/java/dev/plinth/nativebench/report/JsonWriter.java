package dev.plinth.nativebench.report;

import java.util.ArrayDeque;
import java.util.Deque;

/** Builds a JSON text, two spaces of indent a level. The caller keeps names and values in turn. */
public final class JsonWriter {
    private final StringBuilder text = new StringBuilder();
    private final Deque<Scope> scopes = new ArrayDeque<>();

    private static final class Scope {
        final char end;
        final boolean onOneLine;
        boolean isEmpty = true;

        Scope(char end, boolean onOneLine) {
            this.end = end;
            this.onOneLine = onOneLine;
        }
    }

    public JsonWriter object() {
        return open('{', '}', false);
    }

    public JsonWriter array() {
        return open('[', ']', false);
    }

    /** An array without line breaks: for pairs of numbers. */
    public JsonWriter row() {
        return open('[', ']', true);
    }

    private JsonWriter open(char start, char end, boolean onOneLine) {
        separate();
        text.append(start);
        scopes.push(new Scope(end, onOneLine));
        return this;
    }

    /** Ends the innermost object or array. */
    public JsonWriter end() {
        Scope scope = scopes.pop();
        if (!scope.isEmpty && !scope.onOneLine) {
            newLine();
        }
        text.append(scope.end);
        return this;
    }

    public JsonWriter name(String name) {
        separate();
        quote(name);
        text.append(": ");
        // The value that follows needs no comma.
        scopes.push(new Scope(' ', true));
        return this;
    }

    public JsonWriter value(String value) {
        separate();
        quote(value);
        return this;
    }

    public JsonWriter value(long value) {
        separate();
        text.append(value);
        return this;
    }

    public JsonWriter value(boolean value) {
        separate();
        text.append(value);
        return this;
    }

    /** A number with at most three decimals. */
    public JsonWriter value(double value) {
        separate();
        text.append(Math.round(value * 1000) / 1000.0);
        return this;
    }

    public JsonWriter field(String name, String value) {
        return name(name).value(value);
    }

    public JsonWriter field(String name, long value) {
        return name(name).value(value);
    }

    public JsonWriter field(String name, double value) {
        return name(name).value(value);
    }

    public JsonWriter field(String name, boolean value) {
        return name(name).value(value);
    }

    private void separate() {
        Scope scope = scopes.peek();
        if (scope == null) {
            return;
        }
        if (scope.end == ' ') {
            scopes.pop();
            return;
        }
        if (!scope.isEmpty) {
            text.append(',');
        }
        if (!scope.onOneLine) {
            newLine();
        } else if (!scope.isEmpty) {
            text.append(' ');
        }
        scope.isEmpty = false;
    }

    private void newLine() {
        text.append('\n').repeat("  ", scopes.size());
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20 || Character.isSurrogate(c)) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
