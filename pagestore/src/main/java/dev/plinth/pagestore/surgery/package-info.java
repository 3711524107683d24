/**
 * Changes to a damaged page file that its owner asks for: by hand, offline, on a copy. {@link
 * dev.plinth.pagestore.surgery.Surgery} has the operations.
 */
@NullMarked
package dev.plinth.pagestore.surgery;

import org.jspecify.annotations.NullMarked;
