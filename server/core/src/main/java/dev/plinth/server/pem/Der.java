package dev.plinth.server.pem;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes elements of DER (X.690): a tag, a length, and the content.
 *
 * <pre>
 *  tag | length &lt; 0x80                | content
 *  tag | 0x80 + n | length in n bytes  | content
 * </pre>
 */
public final class Der {
    static final int BOOLEAN = 0x01;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OID = 0x06;
    static final int UTF8_STRING = 0x0C;
    static final int UTC_TIME = 0x17;
    static final int GENERALIZED_TIME = 0x18;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;
    static final int CONTEXT = 0x80;
    static final int CONSTRUCTED = 0x20;

    private static final DateTimeFormatter SHORT_YEAR =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LONG_YEAR =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /** From this year on certificates write it with four digits (RFC 5280, 4.1.2.5). */
    private static final int FIRST_LONG_YEAR = 2050;

    private Der() {}

    /** An element whose content is the parts, one after the other. */
    public static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        writeLength(element, content.size());
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }

    private static void writeLength(ByteArrayOutputStream out, int length) {
        if (length < 0x80) {
            out.write(length);
            return;
        }
        byte[] bytes = BigInteger.valueOf(length).toByteArray();
        int skipped = bytes[0] == 0 ? 1 : 0;
        out.write(0x80 + bytes.length - skipped);
        out.write(bytes, skipped, bytes.length - skipped);
    }

    /** Elements in their order. */
    public static byte[] sequence(byte[]... parts) {
        return element(SEQUENCE, parts);
    }

    /** Elements in no order. */
    public static byte[] set(byte[]... parts) {
        return element(SET, parts);
    }

    /** A whole number. */
    public static byte[] integer(BigInteger value) {
        return element(INTEGER, value.toByteArray());
    }

    /** Whole bytes as a string of bits. */
    public static byte[] bits(byte[] content) {
        return element(BIT_STRING, new byte[1], content);
    }

    /** Bytes, or an element wrapped as bytes. */
    public static byte[] octets(byte[] content) {
        return element(OCTET_STRING, content);
    }

    /** True; false is left out where DER has it as default. */
    public static byte[] yes() {
        return element(BOOLEAN, new byte[] {(byte) 0xFF});
    }

    /** Text. */
    public static byte[] text(String value) {
        return element(UTF8_STRING, value.getBytes(UTF_8));
    }

    /** A second of UTC, in the form that certificates have. */
    public static byte[] time(Instant instant) {
        boolean isLong = instant.atZone(ZoneOffset.UTC).getYear() >= FIRST_LONG_YEAR;
        return element(
                isLong ? GENERALIZED_TIME : UTC_TIME,
                (isLong ? LONG_YEAR : SHORT_YEAR).format(instant).getBytes(US_ASCII));
    }

    /** An element that is told apart by its number, not by its kind. */
    public static byte[] tagged(int number, boolean isConstructed, byte[]... parts) {
        return element(CONTEXT | (isConstructed ? CONSTRUCTED : 0) | number, parts);
    }

    /** An object identifier, in dotted form. */
    public static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        writeArc(content, 40 * Integer.parseInt(arcs[0]) + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            writeArc(content, Integer.parseInt(arcs[i]));
        }
        return element(OID, content.toByteArray());
    }

    /** Seven bits to a byte, the first bit of all but the last byte set. */
    private static void writeArc(ByteArrayOutputStream out, int arc) {
        int digits = 1;
        while (digits < 5 && arc >>> (7 * digits) != 0) {
            digits++;
        }
        for (int i = digits - 1; i >= 0; i--) {
            out.write((arc >>> (7 * i) & 0x7F) | (i == 0 ? 0 : 0x80));
        }
    }
}
