package dev.plinth.pagestore.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Keys and values as the tools print them: text where all of it is printable, else hexadecimal. */
public final class KeyText {
    private KeyText() {}

    /** The bytes as text, or in hexadecimal if they are not printable UTF-8. */
    public static String printableOrHex(byte[] bytes) {
        String text = printable(bytes);
        return text != null ? text : HexFormat.of().formatHex(bytes);
    }

    /** The bytes as text; null if they are not UTF-8 or hold something that cannot be printed. */
    public static @Nullable String printable(byte[] bytes) {
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(bytes))
                            .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        return text.codePoints().allMatch(KeyText::isPrintable) ? text : null;
    }

    /** Letters, marks, numbers, punctuation, symbols and the ASCII space, as Go has it. */
    public static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            default -> true;
        };
    }
}
