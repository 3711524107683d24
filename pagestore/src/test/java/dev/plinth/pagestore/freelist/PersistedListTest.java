package dev.plinth.pagestore.freelist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.FreelistPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What stands in the file after each commit is the list of that state, though most of its pages
 * were written by commits before. The file here is a map from page to bytes.
 */
class PersistedListTest {
    private static final int PAGE_SIZE = 512;

    private final BitmapFreelist freelist = new BitmapFreelist();
    private final Map<Long, byte[]> file = new HashMap<>();
    private long highWaterMark;
    private long listFirst;
    private long listPages;
    private long txid = 10;
    private long pagesWritten;
    private int commits;

    private void open(int usedAndFree) {
        highWaterMark = 2L + usedAndFree;
        freelist.load(LongStream.range(2, highWaterMark).filter(page -> page % 2 == 0).toArray());
    }

    /** Frees and allocates single pages, then writes the list; or takes all of it back. */
    private void transaction(Random random, int frees, int allocations, boolean commit) {
        txid++;
        freelist.releasePending(new long[0]);
        long oldHighWaterMark = highWaterMark;
        freelist.prepare(allocations, -1);
        long[] taken = new long[allocations + 1];
        for (int i = 0; i < allocations; i++) {
            taken[i] = freelist.allocate(txid, 1);
            if (taken[i] == 0) {
                taken[i] = grow(1);
            }
        }
        for (int i = 0; i < frees; i++) {
            long page = random.nextLong(2, oldHighWaterMark);
            boolean isList = page >= listFirst && page < listFirst + listPages;
            if (!freelist.contains(page) && !isList && !contains(taken, page)) {
                freelist.free(txid, page, 1);
            }
        }
        long oldFirst = listFirst;
        long oldPages = listPages;
        writeList();
        if (commit) {
            freelist.listCommitted();
            commits++;
            assertThat(Arrays.equals(persisted(), freelist.freeAndPendingPages()))
                    .as("list in the file, commit %d", commits)
                    .isTrue();
        } else {
            freelist.rollback(txid);
            taken[allocations] = listFirst;
            for (long page : taken) {
                if (page < oldHighWaterMark) {
                    freelist.giveBack(page, page == listFirst ? listPages : 1);
                }
            }
            highWaterMark = oldHighWaterMark;
            listFirst = oldFirst;
            listPages = oldPages;
        }
    }

    private static boolean contains(long[] pages, long page) {
        for (long each : pages) {
            if (each == page) {
                return true;
            }
        }
        return false;
    }

    private void writeList() {
        if (listPages > 0) {
            freelist.free(txid, listFirst, listPages);
        }
        long countMax = freelist.freeCount() + freelist.pendingCount();
        listPages = freelist.listPages(FreelistPage.pagesFor(countMax, PAGE_SIZE));
        listFirst = freelist.allocateForList(txid, listPages);
        if (listFirst == 0) {
            listFirst = grow(listPages);
        }
        freelist.setAsideForList(listFirst, listPages);
        Map<Long, MemorySegment> pieces = new HashMap<>();
        freelist.writeList(
                listFirst,
                listPages,
                PAGE_SIZE,
                (first, pages) -> {
                    assertThat(first).isGreaterThanOrEqualTo(listFirst);
                    assertThat(first + pages).isLessThanOrEqualTo(listFirst + listPages);
                    byte[] bytes = new byte[(int) pages * PAGE_SIZE];
                    Arrays.fill(bytes, (byte) 0x5A);
                    pieces.put(first, MemorySegment.ofArray(bytes));
                    return pieces.get(first);
                });
        pieces.forEach((first, piece) -> {
            for (long i = 0; i < piece.byteSize() / PAGE_SIZE; i++) {
                byte[] page = Bytes.copy(piece, i * PAGE_SIZE, PAGE_SIZE);
                file.put(first + i, page);
                pagesWritten++;
            }
        });
    }

    private long grow(long pages) {
        long first = highWaterMark;
        highWaterMark += pages;
        freelist.recordGrowth(txid, first);
        return first;
    }

    private long[] persisted() {
        byte[] run = new byte[(int) listPages * PAGE_SIZE];
        for (int i = 0; i < listPages; i++) {
            byte[] page = file.getOrDefault(listFirst + i, new byte[PAGE_SIZE]);
            System.arraycopy(page, 0, run, i * PAGE_SIZE, PAGE_SIZE);
        }
        MemorySegment segment = MemorySegment.ofArray(run);
        long[] ids = new long[(int) FreelistPage.count(segment, 0)];
        MemorySegment.copy(segment, Bytes.LONG, FreelistPage.ids(segment, 0), ids, 0, ids.length);
        Arrays.sort(ids);
        return ids;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 100, 2_000, 12_000})
    void theFileHoldsTheListAfterEachCommit(int usedAndFree) {
        for (int seed = 0; seed < 5; seed++) {
            PersistedListTest each = new PersistedListTest();
            each.open(usedAndFree);
            Random random = new Random(seed);
            for (int i = 0; i < 300; i++) {
                int scale = random.nextInt(20) == 0 ? 200 : 5;
                each.transaction(
                        random,
                        random.nextInt(scale),
                        random.nextInt(scale),
                        random.nextInt(8) != 0);
            }
        }
    }

    @Test
    void theCountMayCrossTheEscape() {
        open(2 * 0xFFFF);
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            boolean shrink = i % 2 == 0;
            transaction(random, shrink ? 0 : 600, shrink ? 290 : 0, true);
        }
    }

    @Test
    void aSmallCommitWritesFewPagesOfALongList() {
        open(100_000);
        Random random = new Random(3);
        transaction(random, 4, 4, true);
        transaction(random, 4, 4, true);
        long length = listPages;
        pagesWritten = 0;
        commits = 0;
        for (int i = 0; i < 500; i++) {
            transaction(random, 8, 4, true);
        }
        assertThat(length).isGreaterThan(700);
        assertThat(pagesWritten / commits).isLessThan(30);
    }
}
