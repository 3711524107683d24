/**
 * The page file as the operating system sees it: opening and locking, finding the page size,
 * mapping, positioned writes, growth and syncs. Knows pages as numbered stretches of bytes, not
 * what they mean, meta pages excepted.
 */
@NullMarked
package dev.plinth.pagestore.file;

import org.jspecify.annotations.NullMarked;
