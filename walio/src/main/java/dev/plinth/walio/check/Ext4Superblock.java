package dev.plinth.walio.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The feature words of an ext4 super block: 1024 bytes at byte 1024 of the device, little-endian.
 *
 * <pre>
 * 0x38  u16  magic 0xEF53
 * 0x5c  u32  compatible features      (0x0004 has_journal, 0x0400 fast_commit)
 * 0x60  u32  incompatible features
 * 0x64  u32  read-only compatible features
 * </pre>
 */
record Ext4Superblock(int compatible, int incompatible, int readOnlyCompatible) {
    static final long OFFSET = 1024;
    static final int BYTES = 1024;

    private static final int MAGIC = 0xef53;
    private static final int AT_MAGIC = 0x38;
    private static final int AT_COMPATIBLE = 0x5c;
    private static final int AT_INCOMPATIBLE = 0x60;
    private static final int AT_READ_ONLY_COMPATIBLE = 0x64;

    private static final int HAS_JOURNAL = 0x0004;
    private static final int FAST_COMMIT = 0x0400;

    /** Empty when the bytes are too few or are not of an ext file system. */
    static Optional<Ext4Superblock> parse(byte[] bytes) {
        if (bytes.length < BYTES) {
            return Optional.empty();
        }
        ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (Short.toUnsignedInt(block.getShort(AT_MAGIC)) != MAGIC) {
            return Optional.empty();
        }
        return Optional.of(
                new Ext4Superblock(
                        block.getInt(AT_COMPATIBLE),
                        block.getInt(AT_INCOMPATIBLE),
                        block.getInt(AT_READ_ONLY_COMPATIBLE)));
    }

    boolean hasJournal() {
        return (compatible & HAS_JOURNAL) != 0;
    }

    boolean hasFastCommit() {
        return (compatible & FAST_COMMIT) != 0;
    }

    /** The features that matter to a log, by the names of e2fsprogs. */
    List<String> features() {
        List<String> names = new ArrayList<>();
        addIf(names, hasJournal(), "has_journal");
        addIf(names, hasFastCommit(), "fast_commit");
        addIf(names, (incompatible & 0x0040) != 0, "extent");
        addIf(names, (incompatible & 0x8000) != 0, "inline_data");
        addIf(names, (incompatible & 0x10000) != 0, "encrypt");
        addIf(names, (readOnlyCompatible & 0x0200) != 0, "bigalloc");
        addIf(names, (readOnlyCompatible & 0x0400) != 0, "metadata_csum");
        return names;
    }

    private static void addIf(List<String> names, boolean present, String name) {
        if (present) {
            names.add(name);
        }
    }
}
