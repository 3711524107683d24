/**
 * Members talk to members: etcd's peer protocol on Netty.
 *
 * <p>Each member opens two streams to each other one and <em>reads</em> from them; the one that
 * accepted <em>writes</em>. {@link dev.plinth.server.peer.NettyPeerTransport} sends what raft wants
 * sent, {@link dev.plinth.server.peer.PeerRouter} serves what arrives. Nothing here blocks an event
 * loop; snapshots have threads of their own. Every queue is bounded in bytes, and what does not fit
 * is lost, which raft repairs. Source: peer-protocol.md.
 */
@NullMarked
package dev.plinth.server.peer;

import org.jspecify.annotations.NullMarked;
