package dev.plinth.server.core;

/**
 * What another member answers when it is asked for the hash of its keys at a revision.
 *
 * @param memberId who answered
 * @param currentRevision its revision when it answered
 * @param hash CRC-32C as an unsigned 32-bit number
 * @param compactRevision the compaction revision that the hash was computed with; -1 for never
 */
public record MemberHash(long memberId, long currentRevision, long hash, long compactRevision) {}
