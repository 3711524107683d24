/**
 * Keys and certificates in PEM and DER: what the JDK reads only in part, and does not write.
 *
 * <p>Nothing here knows what the keys are for. All of it is immutable and safe for any thread.
 */
@NullMarked
package dev.plinth.server.pem;

import org.jspecify.annotations.NullMarked;
