/**
 * How the founders of a cluster find each other when no flag names them: {@link
 * dev.plinth.server.discovery.SrvCluster} reads DNS SRV records, {@link
 * dev.plinth.server.discovery.DiscoveryService} meets them in another etcd. Both give what {@code
 * --initial-cluster} would have said. Used once, by a member that has no log; blocking.
 *
 * <p>Source: server.md 4.1 and 4.2.
 */
@NullMarked
package dev.plinth.server.discovery;

import org.jspecify.annotations.NullMarked;
