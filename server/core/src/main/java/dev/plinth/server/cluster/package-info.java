/**
 * Who belongs to the cluster: ids as etcd computes them, the members with their attributes, the
 * version that the cluster has agreed on, and the JSON and V2-store forms in which all that is
 * written. Changed by the apply loop alone; readers on any thread see immutable states.
 */
@NullMarked
package dev.plinth.server.cluster;

import org.jspecify.annotations.NullMarked;
