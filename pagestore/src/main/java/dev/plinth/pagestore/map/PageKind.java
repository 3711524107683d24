package dev.plinth.pagestore.map;

/** What a page of the file is. The codes are those of the picture's data, counted from 0. */
enum PageKind {
    /** Neither free nor reached by anything. */
    LOST(0),
    META(1),
    FREELIST(2),
    BRANCH(3),
    LEAF(4),
    /** The later pages of a run that a leaf or branch begins. */
    OVERFLOW(5),
    FREE(6),
    /** The check has something to say about it. */
    DAMAGED(7);

    static final int COUNT = 8;

    private final int code;

    PageKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Whether pages of this kind belong to a tree and have a fill. */
    boolean isTree() {
        return this == BRANCH || this == LEAF || this == OVERFLOW;
    }

    static PageKind of(int code) {
        return switch (code) {
            case 0 -> LOST;
            case 1 -> META;
            case 2 -> FREELIST;
            case 3 -> BRANCH;
            case 4 -> LEAF;
            case 5 -> OVERFLOW;
            case 6 -> FREE;
            default -> DAMAGED;
        };
    }
}
