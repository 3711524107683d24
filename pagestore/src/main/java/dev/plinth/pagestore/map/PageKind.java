package dev.plinth.pagestore.map;

/** What a page of the file is. The order is that of the codes in the picture's data. */
enum PageKind {
    /** Neither free nor reached by anything. */
    LOST,
    META,
    FREELIST,
    BRANCH,
    LEAF,
    /** The later pages of a run that a leaf or branch begins. */
    OVERFLOW,
    FREE,
    /** The check has something to say about it. */
    DAMAGED
}
