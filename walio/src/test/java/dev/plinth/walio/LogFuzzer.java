package dev.plinth.walio;

import dev.plinth.walio.frame.Crc32cChain;
import dev.plinth.walio.frame.Frame;
import dev.plinth.walio.frame.FrameBuffer;
import dev.plinth.walio.snap.HostileSnapshot;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Entry point of the coverage-guided fuzzer for logs and snapshot files. The first byte of an input
 * says what the rest is:
 *
 * <ul>
 *   <li>0: a segment, byte for byte;
 *   <li>1: a script of records, framed here with a valid crc chain, of raw bytes between them, and
 *       of cuts to a next segment (random bytes reach no further than the crc otherwise);
 *   <li>2: a snapshot file, byte for byte;
 *   <li>3: the message in a snapshot file, which gets a valid crc.
 * </ul>
 */
public final class LogFuzzer {
    private static final int MODES = 4;
    private static final int RAW_BYTES = 6;
    private static final int CUT = 7;

    private LogFuzzer() {}

    /** Called by the fuzzer with each input; what it throws is a finding. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        switch (Byte.toUnsignedInt(input[0]) % MODES) {
            case 0 -> HostileLog.exercise(List.of(new HostileLog.Segment(0, 0, rest)));
            case 1 -> HostileLog.exercise(new Script(rest).segments());
            case 2 -> HostileSnapshot.exercise(rest);
            default -> HostileSnapshot.exerciseMessage(rest);
        }
    }

    /**
     * Steps of one byte for the kind, one for the length, and so many of content. Kinds 1 to 5 are
     * types of records, 0 is a record of the type that the content's first byte names.
     */
    private static final class Script {
        private final ByteBuffer steps;
        private final FrameBuffer frame = new FrameBuffer(new Crc32cChain(), 2 * FrameBuffer.BLOCK);
        private final List<HostileLog.Segment> segments = new ArrayList<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long sequence;
        private long firstIndex;

        Script(byte[] steps) {
            this.steps = ByteBuffer.wrap(steps);
        }

        List<HostileLog.Segment> segments() {
            while (steps.remaining() >= 2) {
                int kind = steps.get() & 7;
                int length = Math.min(Byte.toUnsignedInt(steps.get()), steps.remaining());
                byte[] content = new byte[length];
                steps.get(content);
                take(kind, content);
            }
            endSegment();
            return segments;
        }

        private void take(int kind, byte[] content) {
            switch (kind) {
                case RAW_BYTES -> {
                    bytes.writeBytes(content);
                    bytes.writeBytes(new byte[Frame.padding(content.length)]);
                }
                case CUT -> {
                    endSegment();
                    firstIndex = content.length > 0 ? Byte.toUnsignedInt(content[0]) : 0;
                    sequence += content.length > 1 ? content[1] : 1;
                    frame.putCrcRecord();
                    endFrame();
                }
                case Frame.TYPE_CRC -> {
                    frame.putCrcRecord();
                    endFrame();
                }
                default -> {
                    int type = kind == 0 && content.length > 0 ? content[0] & 0x7F : kind;
                    frame.put(type, content, 0, content.length);
                    endFrame();
                }
            }
        }

        private void endFrame() {
            bytes.writeBytes(
                    frame.memory().asSlice(0, frame.tail()).toArray(ValueLayout.JAVA_BYTE));
            frame.clear();
        }

        private void endSegment() {
            segments.add(new HostileLog.Segment(sequence, firstIndex, bytes.toByteArray()));
            bytes.reset();
        }
    }
}
