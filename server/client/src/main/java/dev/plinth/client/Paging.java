package dev.plinth.client;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range in pages, all as of the revision of the first. What is behind the first page a
 * server streams, if it can; else, or when the stream breaks, each page is a call. One thread, but
 * for {@link #close}.
 */
final class Paging implements Iterator<KeyValue>, AutoCloseable {
    private static final int FIRST_ITEMS = 100;
    private static final int ITEMS_MAX = 10_000;
    private static final long PAGE_BYTES = 4 << 20;
    private static final Bytes SMALLEST = Bytes.copyOf(new byte[1]);

    private final AsyncKv kv;
    private final long limit;
    private Range rest;
    private long revision;
    private long done;
    private long pageItems = FIRST_ITEMS;
    private boolean isLast;
    private boolean mayStream;
    private @Nullable RangeParts parts;
    private Iterator<KeyValue> page = Collections.emptyIterator();

    Paging(AsyncKv kv, Range range) {
        switch (range.settings().getSortOrder()) {
            case NONE, ASCEND -> {}
            default -> throw new IllegalArgumentException("pages go by key, ascending: " + range);
        }
        switch (range.settings().getSortTarget()) {
            case KEY -> {}
            default -> throw new IllegalArgumentException("pages go by key, ascending: " + range);
        }
        this.kv = kv;
        this.limit = range.settings().getLimit();
        this.rest = range;
        this.mayStream = kv.streams(range);
    }

    /** The revision as of which all is read; known once the first page is. */
    long revision() {
        return revision;
    }

    /** Whether the last page was taken. */
    boolean isLast() {
        return isLast;
    }

    @Override
    public boolean hasNext() {
        while (!page.hasNext() && !isLast) {
            page = nextPage().iterator();
        }
        return page.hasNext();
    }

    @Override
    public KeyValue next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.next();
    }

    /** The next items, perhaps none; not to be asked for after the last page. */
    List<KeyValue> nextPage() {
        if (mayStream && revision != 0) {
            List<KeyValue> streamed = streamed();
            if (streamed != null) {
                return streamed;
            }
        }
        return called();
    }

    /** Absent if the server cannot, or does no longer: calls go on behind what was read. */
    private @Nullable List<KeyValue> streamed() {
        try {
            RangeParts open = parts;
            if (open == null) {
                open = kv.parts(rest.limit(limit == 0 ? 0 : limit - done));
                parts = open;
            }
            RangeResult part = open.next();
            if (part == null) {
                isLast = true;
                return List.of();
            }
            passed(part.items());
            if (isLast) {
                open.close();
            }
            return part.items();
        } catch (EtcdException.Cancelled e) {
            throw e;
        } catch (EtcdException e) {
            // Whatever it was: a call says the same again, or does better.
            mayStream = false;
            kv.streamFailed(e);
            close();
            return null;
        }
    }

    private List<KeyValue> called() {
        long wanted = limit == 0 ? pageItems : Math.min(pageItems, limit - done);
        RangeResult result = Await.result(kv.range(rest.limit(wanted)));
        if (revision == 0) {
            long asked = rest.settings().getRevision();
            revision = asked == 0 ? result.header().revision() : asked;
            rest = rest.at(revision);
        }
        if (!result.more() || result.items().isEmpty()) {
            isLast = true;
        }
        passed(result.items());
        pageItems = itemsOfPage(result.items());
        return result.items();
    }

    private static long itemsOfPage(List<KeyValue> items) {
        long bytes = 0;
        for (KeyValue item : items) {
            bytes += item.key().size() + item.value().size();
        }
        return Math.clamp(PAGE_BYTES * items.size() / Math.max(1, bytes), 1, ITEMS_MAX);
    }

    /** What is left to read is behind these. */
    private void passed(List<KeyValue> items) {
        done += items.size();
        if (limit > 0 && done >= limit) {
            isLast = true;
        }
        if (items.isEmpty()) {
            return;
        }
        KeyRange following = after(items.getLast().key().concat(SMALLEST));
        if (following == null) {
            isLast = true;
        } else {
            rest = rest.on(following);
        }
    }

    private @Nullable KeyRange after(Bytes first) {
        return switch (rest.keys()) {
            case KeyRange.Single _ -> null;
            case KeyRange.From _, KeyRange.All() -> KeyRange.from(first);
            case KeyRange.Between(Bytes _, Bytes to) -> upTo(first, to);
            case KeyRange.Prefix(Bytes prefix) -> upTo(first, prefix.prefixEnd());
        };
    }

    private static @Nullable KeyRange upTo(Bytes first, @Nullable Bytes end) {
        if (end == null) {
            return KeyRange.from(first);
        }
        return first.compareTo(end) < 0 ? KeyRange.between(first, end) : null;
    }

    /** Reads no more. */
    @Override
    public void close() {
        RangeParts open = parts;
        if (open != null) {
            open.close();
        }
    }
}
