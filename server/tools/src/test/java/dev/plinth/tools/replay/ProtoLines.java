package dev.plinth.tools.replay;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** A message without its schema as one line {@code path kind value} per field. */
final class ProtoLines {
    private ProtoLines() {}

    /**
     * Writes the lines.
     *
     * @param messages paths of the fields that are messages themselves
     */
    static String of(byte[] message, Set<String> messages) throws IOException {
        StringBuilder lines = new StringBuilder();
        append(lines, message, messages, "");
        return lines.toString();
    }

    private static void append(
            StringBuilder lines, byte[] message, Set<String> messages, String prefix)
            throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(message);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            String path = prefix + WireFormat.getTagFieldNumber(tag);
            switch (WireFormat.getTagWireType(tag)) {
                case WireFormat.WIRETYPE_VARINT ->
                        lines.append(path)
                                .append(" varint ")
                                .append(Long.toUnsignedString(in.readRawVarint64()))
                                .append('\n');
                case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                    byte[] content = in.readByteArray();
                    if (messages.contains(path)) {
                        lines.append(path).append(" message\n");
                        append(lines, content, messages, path + ".");
                    } else {
                        String text = new String(content, StandardCharsets.UTF_8);
                        lines.append(path).append(" bytes ").append(text).append('\n');
                    }
                }
                default -> throw new IOException(path + ": wire type of tag " + tag);
            }
        }
    }
}
