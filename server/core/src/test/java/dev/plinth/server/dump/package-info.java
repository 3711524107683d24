/** Tests of the dumps. */
@NullMarked
package dev.plinth.server.dump;

import org.jspecify.annotations.NullMarked;
