package dev.plinth.server.gateway;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts a body into the JSON documents that it consists of, as the bytes arrive, and refuses what is
 * not JSON.
 *
 * <p>A push-down automaton over bytes: one state, and for each open bracket one entry on a stack of
 * bounded depth. The document under way is held, so its size is bounded too. Not thread-safe.
 */
final class JsonSplitter {
    private static final int DEPTH_MAX = 1000;

    private enum State {
        VALUE,
        FIRST_ELEMENT,
        FIRST_KEY,
        KEY,
        COLON,
        AFTER_ELEMENT,
        AFTER_MEMBER,
        STRING,
        ESCAPE,
        HEX,
        NUMBER,
        LITERAL
    }

    private final int documentBytesMax;
    private final Consumer<String> documents;
    private final ByteArrayOutputStream document = new ByteArrayOutputStream();
    private final boolean[] inObject = new boolean[DEPTH_MAX];
    private int depth;
    private State state = State.VALUE;
    private boolean stringIsKey;
    private int hexLeft;
    private String literal = "";
    private int literalAt;
    private boolean tooLarge;

    JsonSplitter(int documentBytesMax, Consumer<String> documents) {
        this.documentBytesMax = documentBytesMax;
        this.documents = documents;
    }

    /** Takes the next bytes. */
    void feed(ByteBuf bytes) throws JsonSyntaxException {
        while (bytes.isReadable()) {
            feed(bytes.readByte());
        }
    }

    /** The body has ended: no document may be under way. */
    void end() throws JsonSyntaxException {
        if (state == State.NUMBER && depth == 0) {
            complete();
        }
        if (depth > 0 || document.size() > 0) {
            throw new JsonSyntaxException("unexpected EOF");
        }
    }

    /** True when a document was larger than allowed. */
    boolean isTooLarge() {
        return tooLarge;
    }

    private void feed(byte b) throws JsonSyntaxException {
        if (state == State.NUMBER && !isNumberByte(b)) {
            afterValue();
        }
        if (depth == 0 && state == State.VALUE && isBlank(b)) {
            return;
        }
        if (document.size() >= documentBytesMax) {
            tooLarge = true;
            throw new JsonSyntaxException("document larger than " + documentBytesMax + " bytes");
        }
        document.write(b);
        step((char) (b & 0xff));
    }

    private void step(char c) throws JsonSyntaxException {
        switch (state) {
            case STRING -> inString(c);
            case ESCAPE -> inEscape(c);
            case HEX -> inHex(c);
            case LITERAL -> inLiteral(c);
            case NUMBER -> {}
            default -> {
                if (!isBlank((byte) c)) {
                    structural(c);
                }
            }
        }
    }

    private void structural(char c) throws JsonSyntaxException {
        switch (state) {
            case VALUE -> beginValue(c);
            case FIRST_ELEMENT -> {
                if (c == ']') {
                    pop();
                } else {
                    beginValue(c);
                }
            }
            case FIRST_KEY -> {
                if (c == '}') {
                    pop();
                } else {
                    beginKey(c);
                }
            }
            case KEY -> beginKey(c);
            case COLON -> expect(c, ':', State.VALUE, "after object key");
            case AFTER_MEMBER -> {
                if (c == '}') {
                    pop();
                } else {
                    expect(c, ',', State.KEY, "after object key:value pair");
                }
            }
            case AFTER_ELEMENT -> {
                if (c == ']') {
                    pop();
                } else {
                    expect(c, ',', State.VALUE, "after array element");
                }
            }
            default -> throw new IllegalStateException(state.name());
        }
    }

    private void expect(char c, char wanted, State next, String where) throws JsonSyntaxException {
        if (c != wanted) {
            throw invalid(c, where);
        }
        state = next;
    }

    private void beginKey(char c) throws JsonSyntaxException {
        expect(c, '"', State.STRING, "looking for beginning of object key string");
        stringIsKey = true;
    }

    private void beginValue(char c) throws JsonSyntaxException {
        switch (c) {
            case '{' -> push(true, State.FIRST_KEY);
            case '[' -> push(false, State.FIRST_ELEMENT);
            case '"' -> {
                state = State.STRING;
                stringIsKey = false;
            }
            case 't' -> beginLiteral("true");
            case 'f' -> beginLiteral("false");
            case 'n' -> beginLiteral("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> state = State.NUMBER;
            default -> throw invalid(c, "looking for beginning of value");
        }
    }

    private void beginLiteral(String word) {
        literal = word;
        literalAt = 1;
        state = State.LITERAL;
    }

    private void inLiteral(char c) throws JsonSyntaxException {
        if (c != literal.charAt(literalAt)) {
            throw invalid(
                    c,
                    "in literal "
                            + literal
                            + " (expecting "
                            + quoted(literal.charAt(literalAt))
                            + ")");
        }
        literalAt++;
        if (literalAt == literal.length()) {
            afterValue();
        }
    }

    private void inString(char c) throws JsonSyntaxException {
        if (c == '"') {
            if (stringIsKey) {
                state = State.COLON;
            } else {
                afterValue();
            }
        } else if (c == '\\') {
            state = State.ESCAPE;
        } else if (c < 0x20) {
            throw invalid(c, "in string literal");
        }
    }

    private void inEscape(char c) throws JsonSyntaxException {
        if (c == 'u') {
            hexLeft = 4;
            state = State.HEX;
        } else if ("\"\\/bfnrt".indexOf(c) >= 0) {
            state = State.STRING;
        } else {
            throw invalid(c, "in string escape code");
        }
    }

    private void inHex(char c) throws JsonSyntaxException {
        if (Character.digit(c, 16) < 0) {
            throw invalid(c, "in \\u hexadecimal character escape");
        }
        hexLeft--;
        if (hexLeft == 0) {
            state = State.STRING;
        }
    }

    private void push(boolean object, State next) throws JsonSyntaxException {
        if (depth == DEPTH_MAX) {
            throw new JsonSyntaxException("exceeded max depth");
        }
        inObject[depth] = object;
        depth++;
        state = next;
    }

    private void pop() {
        depth--;
        afterValue();
    }

    private void afterValue() {
        if (depth == 0) {
            complete();
        } else {
            state = inObject[depth - 1] ? State.AFTER_MEMBER : State.AFTER_ELEMENT;
        }
    }

    private void complete() {
        String text = document.toString(StandardCharsets.UTF_8);
        document.reset();
        state = State.VALUE;
        documents.accept(text);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    private static boolean isNumberByte(byte b) {
        return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
    }

    private static JsonSyntaxException invalid(char c, String where) {
        return new JsonSyntaxException("invalid character " + quoted(c) + " " + where);
    }

    private static String quoted(char c) {
        return switch (c) {
            case '\'' -> "'\\''";
            case '\n' -> "'\\n'";
            case '\t' -> "'\\t'";
            case '\r' -> "'\\r'";
            default -> c < 0x20 || c > 0x7e ? String.format("'\\x%02x'", (int) c) : "'" + c + "'";
        };
    }
}
