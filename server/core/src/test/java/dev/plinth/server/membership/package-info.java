/** Tests of the checks in front of membership changes. */
@NullMarked
package dev.plinth.server.membership;

import org.jspecify.annotations.NullMarked;
