/**
 * A member's files: the data directory, the log's segments, the database and what stands in for it
 * after a leader's snapshot, the checks that they belong together, and how they are laid out anew
 * for a restored or forced member. Knows nothing of clients and peers; everything it asks of the
 * system goes through the disk and the clock that it is given.
 */
@NullMarked
package dev.plinth.server.storage;

import org.jspecify.annotations.NullMarked;
