/**
 * The bytes of the log: frames around protobuf records, and the crc chain that runs through them.
 * Knows nothing of files. Not exported.
 */
@NullMarked
package dev.plinth.walio.frame;

import org.jspecify.annotations.NullMarked;
