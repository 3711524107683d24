package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.plinth.pagestore.format.FreelistPage;
import dev.plinth.pagestore.freelist.ArrayFreelist;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The array freelist makes the reference's decisions: state after each recorded operation. */
class FreelistTraceTest {
    @Test
    void recordedOperationsGiveTheRecordedStates() {
        JsonArray traces =
                Vectors.json("freelist-trace.json").getAsJsonObject().getAsJsonArray("traces");
        int events = 0;
        for (JsonElement trace : traces) {
            ArrayFreelist freelist = new ArrayFreelist();
            List<Long> readers = new ArrayList<>();
            for (JsonElement each : trace.getAsJsonArray()) {
                JsonObject event = each.getAsJsonObject();
                apply(event, freelist, readers);
                checkState(event, freelist);
                events++;
            }
        }
        assertThat(events).isGreaterThan(400);
    }

    private static void apply(JsonObject event, ArrayFreelist freelist, List<Long> readers) {
        long txid = event.has("txid") ? event.get("txid").getAsLong() : 0;
        switch (event.get("op").getAsString()) {
            case "init" -> freelist.load(ids(event.getAsJsonArray("ids")));
            case "openReader" -> readers.add(txid);
            case "closeReader" -> readers.remove(txid);
            case "beginWrite" ->
                    freelist.releasePending(
                            readers.stream().mapToLong(Long::longValue).sorted().toArray());
            case "free" ->
                    freelist.free(
                            txid,
                            event.get("page").getAsLong(),
                            1 + (event.has("overflow") ? event.get("overflow").getAsLong() : 0));
            case "allocate" ->
                    assertThat(freelist.allocate(txid, event.get("n").getAsLong()))
                            .as(event.toString())
                            .isEqualTo(event.get("result").getAsLong());
            case "rollback" -> freelist.rollback(txid);
            case "reload" -> freelist.reload(ids(event.getAsJsonArray("ids")));
            case "commit" -> {}
            default -> throw new AssertionError(event);
        }
    }

    private static void checkState(JsonObject event, ArrayFreelist freelist) {
        assertThat(freelist.freePages())
                .as(event.toString())
                .isEqualTo(ranges(event.getAsJsonArray("free")));
        TreeMap<Long, List<Long>> pending = new TreeMap<>();
        event.getAsJsonObject("pending")
                .asMap()
                .forEach((key, value) ->
                        pending.put(
                                Long.parseLong(key),
                                Arrays.stream(ids(value.getAsJsonArray())).boxed().toList()));
        TreeMap<Long, List<Long>> actual = new TreeMap<>();
        freelist.pendingPages()
                .forEach((key, value) -> actual.put(key, Arrays.stream(value).boxed().toList()));
        assertThat(actual).as(event.toString()).isEqualTo(pending);
        assertThat(FreelistPage.sizeOf(freelist.freeCount() + freelist.pendingCount()))
                .as(event.toString())
                .isEqualTo(event.get("writeSize").getAsLong());
    }

    private static long[] ids(JsonArray array) {
        return array.asList().stream().mapToLong(JsonElement::getAsLong).toArray();
    }

    private static long[] ranges(JsonArray array) {
        return array.asList().stream()
                .map(JsonElement::getAsJsonArray)
                .flatMapToLong(range ->
                        LongStream.rangeClosed(range.get(0).getAsLong(), range.get(1).getAsLong()))
                .toArray();
    }
}
