package dev.plinth.mvcc;

/**
 * A hash of the key space at a revision (spec: HashKV).
 *
 * @param hash CRC-32C as an unsigned 32-bit number
 * @param compactRevision the compaction revision that the hash was computed with; -1 for never
 * @param revision the revision that was hashed
 * @param currentRevision the store's revision when the hash was made
 */
public record HashResult(long hash, long compactRevision, long revision, long currentRevision) {}
