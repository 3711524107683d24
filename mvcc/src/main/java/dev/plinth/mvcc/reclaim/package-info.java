/** When memory that readers may still see can be used again. */
@NullMarked
package dev.plinth.mvcc.reclaim;

import org.jspecify.annotations.NullMarked;
