package dev.plinth.pagestore.map;

import dev.plinth.pagestore.format.KeyText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Draws a map as one HTML page with its styles, script and data inside. */
public final class PageMapHtml {
    private static final String TEMPLATE = "page-map.html";
    private static final String FACTS = "/*facts*/null";
    private static final String CELLS = "/*cells*/";

    /** Buckets listed one by one; a file may have millions. */
    private static final int BUCKETS_MAX = 200;

    private final PageMap map;
    private final MapCells cells;

    private PageMapHtml(PageMap map) {
        this.map = map;
        this.cells = new MapCells(map);
    }

    /** The page as text. */
    public static String of(PageMap map) {
        PageMapHtml html = new PageMapHtml(map);
        return template().replace(FACTS, html.facts()).replace(CELLS, html.cells.encoded());
    }

    private static String template() {
        try (InputStream in = PageMapHtml.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException(TEMPLATE + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String facts() {
        long[] kinds = new long[PageKind.COUNT];
        for (int page = 0; page < map.pageCount(); page++) {
            kinds[map.kind(page).code()]++;
        }
        Json json = new Json();
        json.beginObject()
                .field("file", map.fileName())
                .field("fileBytes", map.fileBytes())
                .field("pageSize", map.pageSize())
                .field("pages", map.pageCount())
                .field("highWaterMark", Long.toUnsignedString(map.meta().highWaterMark()))
                .field("txid", Long.toUnsignedString(map.meta().txid()))
                .field("freelistPersisted", map.meta().isFreelistPersisted())
                .field("usedBytes", map.usedBytes())
                .field("tailPages", map.tailPages())
                .field("pagesPerCell", cells.pagesPerCell())
                .field("cells", cells.count())
                .array("kinds", IntStream.range(0, kinds.length), i -> json.value(kinds[i]));
        json.field("findingCount", map.findingCount())
                .array("findings", map.findings(), json::value);
        free(json);
        buckets(json);
        return json.endObject().toString();
    }

    private void free(Json json) {
        FreeRuns runs = map.freeRuns();
        json.key("free")
                .beginObject()
                .field("runs", runs.runCount())
                .field("pages", runs.pageCount())
                .field("longest", runs.longest());
        json.array(
                "classes",
                IntStream.range(0, runs.classes()),
                i -> json.beginArray().value(runs.runs(i)).value(runs.pages(i)).endArray());
        json.endObject();
    }

    /** The largest buckets, each with its index in the cells. */
    private void buckets(Json json) {
        List<Integer> largest =
                IntStream.range(0, map.shapes().size())
                        .boxed()
                        .sorted(
                                Comparator.comparingLong((Integer i) -> map.shapes().get(i).pages())
                                        .reversed())
                        .limit(BUCKETS_MAX)
                        .toList();
        json.field("bucketCount", map.shapes().size());
        json.key("buckets").beginArray();
        bucket(json, -1, map.root());
        for (int index : largest) {
            bucket(json, index, map.shapes().get(index));
        }
        json.endArray();
    }

    private static void bucket(Json json, int index, BucketShape shape) {
        json.beginObject()
                .field("index", index)
                .field("name", KeyText.printableOrHex(shape.name()))
                .field("keys", shape.keys())
                .field("pages", shape.pages())
                .field("nested", shape.nestedBuckets())
                .field("sequential", String.format(Locale.ROOT, "%.4f", shape.sequentialShare()));
        json.array(
                "levels",
                shape.levels(),
                level ->
                        json.beginArray()
                                .value(level.branches)
                                .value(level.leaves)
                                .value(level.usedBytes)
                                .value(level.allocatedBytes)
                                .endArray());
        json.endObject();
    }
}
