package dev.plinth.pagestore.map;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;

/**
 * The cells of the picture. A cell stands for one page, or in a large file for as many neighbours
 * as it takes to have no more than a fixed number of cells.
 *
 * <pre>
 *  cell   0                      8       9        11
 *        +----------------------+-------+---------+
 *        | share of each kind   | fill  | bucket  |
 *        +----------------------+-------+---------+
 * </pre>
 *
 * Shares are in 255ths of the cell in the order of {@link PageKind}; a kind that occurs has at
 * least one. Fill is the mean over the cell's pages that belong to trees, in 255ths. Bucket is that
 * of most pages, plus one, little-endian; 0 without one.
 */
final class MapCells {
    /** More cells than this cannot be told apart on a screen. */
    static final int CELLS_MAX = 32768;

    private static final int KINDS = PageKind.COUNT;
    private static final int CELL_BYTES = KINDS + 3;
    private static final int WHOLE = 255;

    private final PageMap map;
    private final int pagesPerCell;
    private final int count;

    MapCells(PageMap map) {
        this.map = map;
        int pages = 1;
        while ((map.pageCount() + (long) pages - 1) / pages > CELLS_MAX) {
            pages *= 2;
        }
        this.pagesPerCell = pages;
        this.count = (int) ((map.pageCount() + (long) pages - 1) / pages);
    }

    int pagesPerCell() {
        return pagesPerCell;
    }

    int count() {
        return count;
    }

    /** All cells, compressed, as text. */
    String encoded() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
            byte[] cell = new byte[CELL_BYTES];
            for (int i = 0; i < count; i++) {
                fill(cell, i);
                packed.write(cell);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private void fill(byte[] cell, int index) {
        int from = index * pagesPerCell;
        int to = (int) Math.min(map.pageCount(), from + (long) pagesPerCell);
        int[] counts = new int[KINDS];
        long fill = 0;
        int treePages = 0;
        int candidate = 0;
        int votes = 0;
        for (int page = from; page < to; page++) {
            PageKind kind = map.kind(page);
            counts[kind.code()]++;
            if (kind.isTree()) {
                fill += map.fill(page);
                treePages++;
                // The bucket that most pages have, if one has the majority.
                int bucket = map.bucket(page);
                if (votes == 0) {
                    candidate = bucket;
                }
                votes += bucket == candidate ? 1 : -1;
            }
        }
        int pages = to - from;
        for (int kind = 0; kind < KINDS; kind++) {
            int share = (int) ((long) counts[kind] * WHOLE / pages);
            cell[kind] = (byte) (counts[kind] > 0 ? Math.max(1, share) : 0);
        }
        cell[KINDS] = (byte) (treePages == 0 ? 0 : fill / treePages);
        cell[KINDS + 1] = (byte) candidate;
        cell[KINDS + 2] = (byte) (candidate >>> 8);
    }
}
