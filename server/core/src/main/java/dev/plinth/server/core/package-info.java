/**
 * The member between the services and the engines: proposals, read barriers and the loops that
 * drive raft and apply.
 *
 * <p>The services see the member through {@link dev.plinth.server.core.LocalMember}. Every
 * completion is a callback on the thread that produced it; no request owns a thread.
 */
@NullMarked
package dev.plinth.server.core;

import org.jspecify.annotations.NullMarked;
