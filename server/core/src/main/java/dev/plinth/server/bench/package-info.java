/**
 * {@code plinth bench}: load from outside, through gRPC, against any server that speaks etcd's
 * protocol. Nothing here looks into the server but for what the kernel tells of its process. One
 * thread drives the load, so that the generator takes the same from both peers' processor.
 */
@NullMarked
package dev.plinth.server.bench;

import org.jspecify.annotations.NullMarked;
