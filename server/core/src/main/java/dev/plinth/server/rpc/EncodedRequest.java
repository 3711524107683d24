package dev.plinth.server.rpc;

import com.google.protobuf.MessageLite;
import dev.plinth.server.apply.EntryWriter;

/**
 * A write request as it came in: decoded for the checks, and its bytes where the log entry will
 * have them.
 *
 * @param message the request; its byte strings share the entry's array
 * @param entry the entry under way
 */
record EncodedRequest<T extends MessageLite>(T message, EntryWriter entry) {}
