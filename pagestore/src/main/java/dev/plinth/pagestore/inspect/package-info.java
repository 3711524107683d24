/**
 * What the tools show of a file, as values and not as text: raw pages of a file that need not be
 * sound, and the picture of a whole file.
 */
@NullMarked
package dev.plinth.pagestore.inspect;

import org.jspecify.annotations.NullMarked;
