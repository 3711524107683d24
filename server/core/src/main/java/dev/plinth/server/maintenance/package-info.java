/**
 * What a member does on its own, now and then: publish itself, settle the cluster's version, revoke
 * expired leases. Each part is asked for its turn by the maintenance timer, proposes through {@link
 * dev.plinth.server.core.LocalMember} as clients do, and never blocks.
 */
@NullMarked
package dev.plinth.server.maintenance;

import org.jspecify.annotations.NullMarked;
