package dev.plinth.tools.decode;

import dev.plinth.server.json.JsonStrings;
import java.util.Base64;

/** Writes JSON with two spaces per level. One thread. */
final class JsonText {
    private final StringBuilder out = new StringBuilder();
    private int depth;
    private boolean isFirst = true;
    private boolean isAfterName;

    void beginObject() {
        open('{');
    }

    void endObject() {
        close('}');
    }

    void beginArray() {
        open('[');
    }

    void endArray() {
        close(']');
    }

    private void open(char bracket) {
        element();
        out.append(bracket);
        depth++;
        isFirst = true;
    }

    private void close(char bracket) {
        depth--;
        if (!isFirst) {
            newline();
        }
        out.append(bracket);
        isFirst = false;
    }

    void name(String name) {
        element();
        JsonStrings.append(out, name).append(": ");
        isAfterName = true;
    }

    void text(String value) {
        element();
        JsonStrings.append(out, value);
    }

    void number(String value) {
        element();
        out.append(value);
    }

    void base64(byte[] value) {
        text(Base64.getEncoder().encodeToString(value));
    }

    /** A member of an object, unless it is empty. */
    void textMember(String name, String value) {
        if (!value.isEmpty()) {
            name(name);
            text(value);
        }
    }

    private void element() {
        if (isAfterName) {
            isAfterName = false;
            return;
        }
        if (depth > 0) {
            out.append(isFirst ? "" : ",");
            newline();
        }
        isFirst = false;
    }

    private void newline() {
        out.append('\n').repeat("  ", depth);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
