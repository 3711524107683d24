package dev.plinth.pagestore;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.walio.io.Mapping;

/**
 * One committed state: its root and the mapping that all its pages can be read through. Immutable,
 * published as a whole; compared by identity.
 */
final class CommittedState {
    private final Meta meta;
    private final Pages pages;
    private final Mapping mapping;

    CommittedState(Meta meta, Pages pages, Mapping mapping) {
        this.meta = meta;
        this.pages = pages;
        this.mapping = mapping;
    }

    Meta meta() {
        return meta;
    }

    Pages pages() {
        return pages;
    }

    Mapping mapping() {
        return mapping;
    }

    long txid() {
        return meta.txid();
    }
}
