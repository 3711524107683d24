/**
 * Looking at a page file without changing it: what the offline tools print. {@link
 * dev.plinth.pagestore.inspect.InspectedFile} reads one state under a shared lock; {@link
 * dev.plinth.pagestore.inspect.RawPages} reads pages of any file, sound or not, without a lock.
 *
 * <p>Every file is hostile: what cannot be read is a {@link
 * dev.plinth.pagestore.DatabaseException.Corrupted} that names file, page and finding. One thread.
 */
@NullMarked
package dev.plinth.pagestore.inspect;

import org.jspecify.annotations.NullMarked;
