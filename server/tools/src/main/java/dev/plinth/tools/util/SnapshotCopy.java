package dev.plinth.tools.util;

import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.FileErrors;
import dev.plinth.tools.text.ProgressBar;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.StringJoiner;

/**
 * Copies the database out of a snapshot file and checks it against the SHA-256 behind it.
 *
 * <pre>
 * snapshot file   database, a multiple of 512 bytes; 32 bytes SHA-256 of it (absent from a copy of a
 *                 member's own file)
 * </pre>
 */
final class SnapshotCopy {
    private static final int GRAIN_BYTES = 512;
    private static final int CHECKSUM_BYTES = 32;
    private static final int BUFFER_BYTES = 1 << 20;

    private SnapshotCopy() {}

    /**
     * Copies durably.
     *
     * @param skipsCheck whether a missing or wrong checksum does not matter
     */
    static void copy(Path snapshot, Path database, boolean skipsCheck, Console console)
            throws ToolFailure {
        try (FileChannel source = open(snapshot);
                FileChannel target =
                        FileChannel.open(
                                database,
                                EnumSet.of(
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.WRITE,
                                        StandardOpenOption.TRUNCATE_EXISTING),
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rw-------")))) {
            boolean hasChecksum = source.size() % GRAIN_BYTES == CHECKSUM_BYTES;
            long length = hasChecksum ? source.size() - CHECKSUM_BYTES : source.size();
            if (!hasChecksum && !skipsCheck) {
                throw ToolFailure.error("snapshot missing hash but --skip-hash-check=false");
            }
            byte[] found = copy(source, target, length, console);
            if (hasChecksum && !skipsCheck) {
                requireSame(found, checksum(source, length));
            }
            target.force(true);
        } catch (IOException e) {
            throw UtilContext.failure(e);
        }
    }

    private static FileChannel open(Path snapshot) throws ToolFailure {
        try {
            return FileChannel.open(snapshot, StandardOpenOption.READ);
        } catch (IOException e) {
            throw ToolFailure.error(FileErrors.text("open", snapshot, e));
        }
    }

    private static byte[] copy(FileChannel source, FileChannel target, long length, Console console)
            throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (ProgressBar progress = ProgressBar.ofBytes(console, "restore")) {
            long done = 0;
            while (done < length) {
                buffer.clear().limit((int) Math.min(BUFFER_BYTES, length - done));
                int read = source.read(buffer, done);
                if (read < 0) {
                    throw new IOException("the snapshot became shorter while it was read");
                }
                digest.update(buffer.flip().duplicate());
                while (buffer.hasRemaining()) {
                    target.write(buffer);
                }
                done += read;
                progress.update(done, length);
            }
        }
        return digest.digest();
    }

    private static byte[] checksum(FileChannel source, long position) throws IOException {
        ByteBuffer checksum = ByteBuffer.allocate(CHECKSUM_BYTES);
        while (checksum.hasRemaining()) {
            if (source.read(checksum, position + checksum.position()) < 0) {
                throw new IOException("the snapshot became shorter while it was read");
            }
        }
        return checksum.array();
    }

    private static void requireSame(byte[] found, byte[] expected) throws ToolFailure {
        if (!Arrays.equals(found, expected)) {
            throw ToolFailure.error(
                    "expected sha256 " + decimals(expected) + ", got " + decimals(found));
        }
    }

    private static String decimals(byte[] bytes) {
        StringJoiner text = new StringJoiner(" ", "[", "]");
        for (byte each : bytes) {
            text.add(Integer.toString(each & 0xFF));
        }
        return text.toString();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
