/** Operations on the members of a running cluster, with the checks that keep it a quorum. */
@NullMarked
package dev.plinth.server.membership;

import org.jspecify.annotations.NullMarked;
