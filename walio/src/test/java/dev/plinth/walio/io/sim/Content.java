package dev.plinth.walio.io.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * The bytes of one simulated file: what is durable, and for each sector and for the length every
 * version written since it was last synced. A power loss may leave any of them.
 *
 * <p>A sector (512 bytes) is written whole or not at all. Writing what is there already makes no
 * new version. Sectors of zeros take no memory. Guarded by the disk's lock.
 */
final class Content {
    static final int SECTOR = 512;
    static final int BLOCK = 4096;
    private static final byte[] ZEROS = new byte[SECTOR];

    private final Map<Long, byte[]> durable = new HashMap<>();
    private final Map<Long, List<byte[]>> pending = new HashMap<>();

    /** Sectors whose write-back failed: no later sync covers them unless they are written again. */
    private final Set<Long> abandoned = new HashSet<>();

    private final BitSet allocatedBlocks = new BitSet();
    private final List<Long> pendingSizes = new ArrayList<>();
    private long size;
    private long durableSize;

    long size() {
        return size;
    }

    long allocatedBytes() {
        return (long) allocatedBlocks.cardinality() * BLOCK;
    }

    private byte[] sector(long number) {
        List<byte[]> versions = pending.get(number);
        return versions != null ? versions.getLast() : durable.getOrDefault(number, ZEROS);
    }

    long read(MemorySegment target, long position) {
        long length = Math.min(target.byteSize(), Math.max(0, size - position));
        long done = 0;
        while (done < length) {
            long at = position + done;
            int inSector = (int) (at % SECTOR);
            int n = (int) Math.min(SECTOR - inSector, length - done);
            MemorySegment.copy(
                    sector(at / SECTOR), inSector, target, ValueLayout.JAVA_BYTE, done, n);
            done += n;
        }
        return length;
    }

    void write(MemorySegment source, long position) {
        long length = source.byteSize();
        allocate(position, length);
        long done = 0;
        while (done < length) {
            long at = position + done;
            int inSector = (int) (at % SECTOR);
            int n = (int) Math.min(SECTOR - inSector, length - done);
            byte[] old = sector(at / SECTOR);
            byte[] updated = old.clone();
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, done, updated, inSector, n);
            if (!Arrays.equals(old, updated) || abandoned.contains(at / SECTOR)) {
                put(at / SECTOR, updated);
            }
            done += n;
        }
        if (position + length > size) {
            resize(position + length);
        }
    }

    private void put(long number, byte[] bytes) {
        abandoned.remove(number);
        byte[] stored = Arrays.equals(bytes, ZEROS) ? ZEROS : bytes;
        pending.computeIfAbsent(number, k -> new ArrayList<>(2)).add(stored);
    }

    private void resize(long newSize) {
        size = newSize;
        pendingSizes.add(newSize);
    }

    /** Blocks that a write or reservation of this range would add. */
    long missingBytes(long position, long length) {
        if (length == 0) {
            return 0;
        }
        int first = (int) (position / BLOCK);
        int end = (int) ((position + length - 1) / BLOCK) + 1;
        return (long) (end - first - allocatedBlocks.get(first, end).cardinality()) * BLOCK;
    }

    void allocate(long position, long length) {
        if (length > 0) {
            allocatedBlocks.set(
                    (int) (position / BLOCK), (int) ((position + length - 1) / BLOCK) + 1);
        }
    }

    void extendTo(long end) {
        if (end > size) {
            resize(end);
        }
    }

    void zero(long position, long length) {
        long end = position + length;
        for (long number : sectorsFrom(position / SECTOR)) {
            long start = number * SECTOR;
            if (start >= end) {
                continue;
            }
            byte[] old = sector(number);
            byte[] updated = old.clone();
            int from = (int) Math.max(0, position - start);
            int to = (int) Math.min(SECTOR, end - start);
            Arrays.fill(updated, from, to, (byte) 0);
            if (!Arrays.equals(old, updated)) {
                put(number, updated);
            }
        }
    }

    private List<Long> sectorsFrom(long first) {
        Set<Long> numbers = new HashSet<>(durable.keySet());
        numbers.addAll(pending.keySet());
        return numbers.stream().filter(n -> n >= first).sorted().toList();
    }

    void truncate(long newSize) {
        if (newSize < size) {
            zero(newSize, size - newSize);
            allocatedBlocks.clear(
                    (int) ((newSize + BLOCK - 1) / BLOCK), allocatedBlocks.length() + 1);
        }
        if (newSize != size) {
            resize(newSize);
        }
    }

    /** All that is written becomes durable, but for what a failed sync gave up. */
    void sync() {
        pending.entrySet()
                .removeIf(entry -> {
                    if (abandoned.contains(entry.getKey())) {
                        return false;
                    }
                    store(entry.getKey(), entry.getValue().getLast());
                    return true;
                });
        durableSize = size;
        pendingSizes.clear();
    }

    /** The sectors of one range become durable, and the length with them. */
    void sync(long position, long length) {
        for (long number = position / SECTOR; number * SECTOR < position + length; number++) {
            List<byte[]> versions = abandoned.contains(number) ? null : pending.remove(number);
            if (versions != null) {
                store(number, versions.getLast());
            }
        }
        durableSize = size;
        pendingSizes.clear();
    }

    /** A sync failed: the kernel marks the pages clean, so later syncs do not try them again. */
    void abandon() {
        abandoned.addAll(pending.keySet());
    }

    private void store(long number, byte[] bytes) {
        if (Arrays.equals(bytes, ZEROS)) {
            durable.remove(number);
        } else {
            durable.put(number, bytes);
        }
    }

    /** What a power loss leaves: for each sector and the length, one of its versions. */
    Content survivor(IntUnaryOperator chooseVersion) {
        Content found = new Content();
        int sizeChoice = chooseVersion.applyAsInt(pendingSizes.size() + 1);
        found.size = sizeChoice == 0 ? durableSize : pendingSizes.get(sizeChoice - 1);
        found.durableSize = found.size;
        durable.forEach((number, bytes) -> found.keep(number, bytes));
        for (Map.Entry<Long, List<byte[]>> entry : new TreeMap<>(pending).entrySet()) {
            int choice = chooseVersion.applyAsInt(entry.getValue().size() + 1);
            if (choice > 0) {
                found.durable.remove(entry.getKey());
                found.keep(entry.getKey(), entry.getValue().get(choice - 1));
            }
        }
        for (int block = 0; block < (found.size + BLOCK - 1) / BLOCK; block++) {
            if (allocatedBlocks.get(block)) {
                found.allocatedBlocks.set(block);
            }
        }
        return found;
    }

    private void keep(long number, byte[] bytes) {
        long start = number * SECTOR;
        if (start >= size || Arrays.equals(bytes, ZEROS)) {
            return;
        }
        byte[] kept = bytes;
        if (start + SECTOR > size) {
            kept = bytes.clone();
            Arrays.fill(kept, (int) (size - start), SECTOR, (byte) 0);
        }
        durable.put(number, kept);
    }
}
