/** Tests of the bounds on prefixes. */
@NullMarked
package dev.plinth.mvcc.quota;

import org.jspecify.annotations.NullMarked;
