package dev.plinth.pagestore.tree;

import dev.plinth.pagestore.file.Pages;
import java.lang.foreign.MemorySegment;

/**
 * What the nodes of one write transaction share: the committed pages, the bytes put since, and the
 * counters. Resolves the place of a key to memory.
 */
public final class NodeSpace {
    final Pages pages;
    final ByteArena arena;
    final TreeCounters counters;

    /** The space of a transaction that starts from the state that {@code pages} shows. */
    public NodeSpace(Pages pages, ByteArena arena, TreeCounters counters) {
        this.pages = pages;
        this.arena = arena;
        this.counters = counters;
    }

    /** The memory that a place lies in. */
    MemorySegment segment(long place) {
        return ByteArena.contains(place) ? arena.segment(place) : pages.map();
    }

    /** The offset of a place in its memory. */
    static long offset(long place) {
        return ByteArena.contains(place) ? ByteArena.offset(place) : place;
    }
}
