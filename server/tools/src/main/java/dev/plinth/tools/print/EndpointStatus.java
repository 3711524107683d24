package dev.plinth.tools.print;

import dev.plinth.api.etcdserverpb.StatusResponse;

/**
 * What a server says of itself.
 *
 * @param endpoint the server, as the user wrote it
 * @param status its answer
 */
public record EndpointStatus(String endpoint, StatusResponse status) {}
