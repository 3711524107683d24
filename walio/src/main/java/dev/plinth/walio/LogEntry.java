package dev.plinth.walio;

/**
 * An entry as the log holds it.
 *
 * @param index place in the raft log, from 1
 * @param term term of the leader that made it
 * @param type raftpb.EntryType: 0 normal, 1 configuration change, 2 configuration change V2; 0 also
 *     where the field is absent
 * @param bytes the encoded raftpb.Entry exactly as stored; presence of fields is not changed
 */
public record LogEntry(long index, long term, int type, byte[] bytes) {}
