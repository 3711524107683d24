package dev.plinth.walio.check;

/** What to say of free space and of the machine around the storage. */
final class HostRules {
    /** Size of a log segment: a member needs the one in use, the next, and room to release. */
    private static final long SEGMENT_BYTES = 64_000_000;

    private static final int SEGMENTS_MIN = 3;
    private static final double FREE_SHARE_MIN = 0.10;

    private final StorageFacts facts;
    private final Findings findings;

    HostRules(StorageFacts facts, Findings findings) {
        this.facts = facts;
        this.findings = findings;
    }

    void apply() {
        long available = facts.space().availableBytes();
        long total = facts.space().totalBytes();
        boolean fewSegments = available < SEGMENTS_MIN * SEGMENT_BYTES;
        if (fewSegments || (total > 0 && available < total * FREE_SHARE_MIN)) {
            findings.warning(
                    "low-space",
                    (available >> 20) + " MiB of " + (total >> 20) + " MiB are free",
                    fewSegments
                            ? "That is less than three log segments: the member stops when it"
                                    + " cannot allocate the next one."
                            : "Above 90 % full, allocation slows down and the database may not"
                                    + " be able to grow.",
                    "Free space, or move the directory to a larger file system.");
        }
        if (facts.swapUsedBytes() > 0) {
            findings.warning(
                    "swap-in-use",
                    (facts.swapUsedBytes() >> 20) + " MiB of memory are swapped out",
                    "A collection that has to page its heap in stops the member for seconds:"
                            + " missed heartbeats, a new election.",
                    "Turn swap off, or give the machine more memory.");
        }
        if (!facts.kernel().isKnown()) {
            findings.info(
                    "kernel-unknown",
                    "the kernel's version could not be read",
                    "Bugs of particular kernels cannot be looked up.",
                    "Make /proc/sys/kernel/osrelease readable.");
        }
    }
}
