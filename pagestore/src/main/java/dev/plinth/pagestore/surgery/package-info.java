/**
 * Changes to single pages of a file that no longer opens, or no longer holds what it should. Each
 * operation works on a copy, which must not exist before, and leaves the source as it was. What was
 * done is returned as a value; the words for it are the caller's.
 */
@NullMarked
package dev.plinth.pagestore.surgery;

import org.jspecify.annotations.NullMarked;
