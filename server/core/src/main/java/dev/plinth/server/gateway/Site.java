package dev.plinth.server.gateway;

import io.netty.handler.codec.http.HttpMethod;

/** Paths of the client port beside the API. Any thread; does not block. */
public sealed interface Site permits Console, DebugEndpoints {
    /** Answers the request, now or later, if the path is one of its own. */
    boolean handle(HttpMethod method, String path, HttpAnswer answer);
}
