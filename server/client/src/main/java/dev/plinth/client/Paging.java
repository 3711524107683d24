package dev.plinth.client;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads a range in pages, all as of the revision of the first. One thread. */
final class Paging implements Iterator<KeyValue> {
    private static final int FIRST_ITEMS = 100;
    private static final int ITEMS_MAX = 10_000;
    private static final long PAGE_BYTES = 4 << 20;
    private static final Bytes SMALLEST = Bytes.copyOf(new byte[1]);

    private final Kv kv;
    private final long limit;
    private Range rest;
    private long done;
    private long pageItems = FIRST_ITEMS;
    private boolean isLast;
    private Iterator<KeyValue> page = Collections.emptyIterator();

    Paging(Kv kv, Range range) {
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
    }

    @Override
    public boolean hasNext() {
        while (!page.hasNext() && !isLast) {
            turn();
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

    private void turn() {
        long wanted = limit == 0 ? pageItems : Math.min(pageItems, limit - done);
        RangeResult result = kv.range(rest.limit(wanted));
        page = result.items().iterator();
        done += result.items().size();
        isLast = !result.more() || result.items().isEmpty() || (limit > 0 && done >= limit);
        if (isLast) {
            return;
        }
        if (rest.settings().getRevision() == 0) {
            rest = rest.at(result.header().revision());
        }
        Bytes last = result.items().getLast().key();
        KeyRange following = after(last.concat(SMALLEST));
        if (following == null) {
            isLast = true;
        } else {
            rest = rest.on(following);
        }
        long bytes = 0;
        for (KeyValue item : result.items()) {
            bytes += item.key().size() + item.value().size();
        }
        pageItems =
                Math.clamp(PAGE_BYTES * result.items().size() / Math.max(1, bytes), 1, ITEMS_MAX);
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
}
