package dev.plinth.pagestore.tree;

import java.lang.foreign.MemorySegment;

/**
 * Where a commit gets page ids from and puts page images to. Implemented by the write transaction;
 * its tests use one without a file.
 */
public interface PageSink {
    /**
     * Takes a run of pages and a buffer for its image, whose bytes are undefined.
     *
     * @return the id of the first page
     */
    long allocate(long pages);

    /** The buffer of the run that {@link #allocate} returned last. */
    MemorySegment buffer();

    /** Where in {@link #buffer} that run starts. */
    long bufferOffset();

    /** A run of the committed state is not used any more by the coming one. */
    void free(long page, long pages);
}
