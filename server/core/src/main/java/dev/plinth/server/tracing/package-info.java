/**
 * Spans of calls for OpenTelemetry, sent to a collector by OTLP over gRPC.
 *
 * <p>Off unless asked for; nothing outside of this package but the start knows of it, so that no
 * class of OpenTelemetry is loaded by a member that does not trace.
 */
@NullMarked
package dev.plinth.server.tracing;

import org.jspecify.annotations.NullMarked;
