package dev.plinth.tools.print;

import dev.plinth.api.etcdserverpb.HashKVResponse;

/**
 * The hash of a server's keys.
 *
 * @param endpoint the server, as the user wrote it
 * @param hash its answer
 */
public record EndpointHash(String endpoint, HashKVResponse hash) {}
