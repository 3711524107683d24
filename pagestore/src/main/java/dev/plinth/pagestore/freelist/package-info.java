/**
 * Which pages are free, and which will be once no reader can see them any more. In memory only; the
 * persisted form is {@link dev.plinth.pagestore.format.FreelistPage}. Everything here belongs to
 * the writer.
 */
@NullMarked
package dev.plinth.pagestore.freelist;

import org.jspecify.annotations.NullMarked;
