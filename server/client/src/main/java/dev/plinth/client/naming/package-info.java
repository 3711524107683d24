/**
 * Services under names: programs say where they are, and grpc-java's channels find them. Keys and
 * values are those of etcd's own Go client.
 */
@NullMarked
package dev.plinth.client.naming;

import org.jspecify.annotations.NullMarked;
