package dev.plinth.server.bolt;

import dev.plinth.pagestore.format.KeyText;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoText;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The ways to print and to give a key or value. */
final class ByteFormat {
    /** The names of the ways to print. */
    static final String NAMES = "auto|ascii-encoded|hex|bytes|redacted";

    private ByteFormat() {}

    static byte[] format(byte[] bytes, String name) throws CommandFailure {
        return switch (name) {
            case "auto" -> KeyText.printableOrHex(bytes).getBytes(StandardCharsets.UTF_8);
            case "ascii-encoded" -> GoText.quote(bytes).getBytes(StandardCharsets.UTF_8);
            case "hex" -> HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.UTF_8);
            case "bytes" -> bytes;
            case "redacted" -> redacted(bytes).getBytes(StandardCharsets.UTF_8);
            default -> throw new CommandFailure("formatBytes: unsupported format: " + name);
        };
    }

    private static String redacted(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "<redacted len:"
                    + bytes.length
                    + " sha256:"
                    + HexFormat.of().formatHex(digest)
                    + ">";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static void printLine(PrintStream out, byte[] bytes, String name) throws CommandFailure {
        out.writeBytes(format(bytes, name));
        out.write('\n');
    }

    static byte[] parse(String text, String name) throws CommandFailure {
        return switch (name) {
            case "ascii-encoded" -> text.getBytes(StandardCharsets.UTF_8);
            case "hex" -> parseHex(text);
            default -> throw new CommandFailure("parseBytes: unsupported format: " + name);
        };
    }

    private static byte[] parseHex(String text) throws CommandFailure {
        byte[] digits = text.getBytes(StandardCharsets.UTF_8);
        for (byte digit : digits) {
            if (Character.digit(digit, 16) < 0) {
                throw new CommandFailure(
                        String.format(
                                "encoding/hex: invalid byte: U+%04X %s",
                                digit & 0xFF, quotedRune(digit & 0xFF)));
            }
        }
        if (digits.length % 2 != 0) {
            throw new CommandFailure("encoding/hex: odd length hex string");
        }
        return HexFormat.of().parseHex(text);
    }

    private static String quotedRune(int rune) {
        String quoted = GoText.quote(Character.toString(rune));
        String inner = quoted.substring(1, quoted.length() - 1);
        return switch (inner) {
            case "\\\"" -> "'\"'";
            case "'" -> "'\\''";
            default -> "'" + inner + "'";
        };
    }
}
