package dev.plinth.server.rpc;

/**
 * When the steps of a call were, in monotonic nanoseconds.
 *
 * @param start when it came
 * @param readable when its read began, behind all that had been agreed on; 0 for a call that does
 *     not read beside the log
 * @param found when the read had what was asked; 0 as before
 */
record CallTimes(long start, long readable, long found) {}
