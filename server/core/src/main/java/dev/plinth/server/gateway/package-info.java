/**
 * HTTP/1.1 on the client port: the JSON form of the gRPC services, health, version and metrics.
 *
 * <p>{@link dev.plinth.server.gateway.HttpGateway} is the entrance. JSON calls run through gRPC's
 * in-process transport, so every check and limit of the services holds for them too.
 */
@NullMarked
package dev.plinth.server.gateway;

import org.jspecify.annotations.NullMarked;
