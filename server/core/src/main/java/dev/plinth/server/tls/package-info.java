/**
 * TLS of the listeners and of the connections to other members: whose certificate is shown, whose
 * is believed, and what is checked beyond that.
 *
 * <p>{@link dev.plinth.server.tls.TlsSettings} is what the flags say; {@link
 * dev.plinth.server.tls.ServerTls} and {@link dev.plinth.server.tls.ClientTls} put the handlers for
 * one connection into its pipeline. Files of certificates, keys and revocations are read again for
 * every handshake, so that a renewed certificate serves the next connection; authorities are read
 * once. There is no way from here to a connection in the clear: what cannot be read or believed
 * ends the connection.
 *
 * <p>Source of the rules: server.md 8. Handlers run on the event loop of their connection; looking
 * up names is left to another thread.
 */
@NullMarked
package dev.plinth.server.tls;

import org.jspecify.annotations.NullMarked;
