/** Tests of the traffic between members. */
@NullMarked
package dev.plinth.server.peer;

import org.jspecify.annotations.NullMarked;
