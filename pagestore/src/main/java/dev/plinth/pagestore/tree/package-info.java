/**
 * The copy-on-write B+tree of a bucket: search, cursors, pages under change ({@link
 * dev.plinth.pagestore.tree.Node}), and what a commit does with them: merging, splitting, writing.
 *
 * <p>Reading is thread-safe and stateless; everything that changes a tree belongs to the one write
 * transaction and its thread of the moment. Files and syncs are not known here: pages come from
 * {@link dev.plinth.pagestore.file.Pages} and go into a {@link dev.plinth.pagestore.tree.PageSink}.
 */
@NullMarked
package dev.plinth.pagestore.tree;

import org.jspecify.annotations.NullMarked;
