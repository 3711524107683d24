/**
 * The port for other members: who is in the cluster and which release this member is. Source:
 * peer-protocol.md 10.
 */
@NullMarked
package dev.plinth.server.peer;

import org.jspecify.annotations.NullMarked;
