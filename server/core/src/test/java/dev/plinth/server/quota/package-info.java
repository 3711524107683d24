/** Tests of this package. */
@NullMarked
package dev.plinth.server.quota;

import org.jspecify.annotations.NullMarked;
