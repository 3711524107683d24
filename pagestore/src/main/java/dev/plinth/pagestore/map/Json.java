package dev.plinth.pagestore.map;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** JSON text that may stand inside a script of an HTML page. */
final class Json {
    private final StringBuilder text = new StringBuilder();
    private boolean needsComma;

    Json beginObject() {
        return begin('{');
    }

    Json endObject() {
        return end('}');
    }

    Json beginArray() {
        return begin('[');
    }

    Json endArray() {
        return end(']');
    }

    private Json begin(char bracket) {
        separate();
        text.append(bracket);
        needsComma = false;
        return this;
    }

    private Json end(char bracket) {
        text.append(bracket);
        needsComma = true;
        return this;
    }

    private void separate() {
        if (needsComma) {
            text.append(',');
        }
        needsComma = true;
    }

    Json key(String name) {
        value(name);
        text.append(':');
        needsComma = false;
        return this;
    }

    Json field(String name, long value) {
        return key(name).value(value);
    }

    Json field(String name, boolean value) {
        key(name).separate();
        text.append(value);
        return this;
    }

    Json field(String name, String value) {
        return key(name).value(value);
    }

    Json value(long value) {
        separate();
        text.append(value);
        return this;
    }

    Json value(String value) {
        separate();
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char each = value.charAt(i);
            // Nothing that could end the script or the string may stand there as it is.
            if (each == '"'
                    || each == '\\'
                    || each == '<'
                    || each == '>'
                    || each == '&'
                    || each < ' '
                    || each == 0x2028
                    || each == 0x2029) {
                text.append(String.format("\\u%04x", (int) each));
            } else {
                text.append(each);
            }
        }
        text.append('"');
        return this;
    }

    <T> Json array(String name, Iterable<T> items, Consumer<T> each) {
        key(name).beginArray();
        items.forEach(each);
        return endArray();
    }

    Json array(String name, IntStream items, IntConsumer each) {
        key(name).beginArray();
        items.forEach(each);
        return endArray();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
