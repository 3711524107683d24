package dev.plinth.walio.check;

/** Whether ext4's fast commits are in use, and how that is known. */
public enum FastCommit {
    /** The super block or the kernel's options show it, or the kernel has counted some. */
    ON,
    /** The super block, the lack of a journal, or a sync that left the counters at 0 shows it. */
    OFF,
    /** Nothing readable tells. */
    UNKNOWN
}
