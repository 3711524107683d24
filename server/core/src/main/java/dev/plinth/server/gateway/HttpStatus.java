package dev.plinth.server.gateway;

import io.grpc.Status;
import io.netty.handler.codec.http.HttpResponseStatus;

/** The HTTP status that stands for a gRPC code. */
final class HttpStatus {
    private static final HttpResponseStatus CLIENT_CLOSED_REQUEST =
            new HttpResponseStatus(499, "Client Closed Request");

    private HttpStatus() {}

    static HttpResponseStatus of(Status.Code code) {
        return switch (code) {
            case OK -> HttpResponseStatus.OK;
            case CANCELLED -> CLIENT_CLOSED_REQUEST;
            case UNKNOWN, INTERNAL, DATA_LOSS -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE ->
                    HttpResponseStatus.BAD_REQUEST;
            case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
            case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
            case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
            case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
            case RESOURCE_EXHAUSTED -> HttpResponseStatus.TOO_MANY_REQUESTS;
            case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
            case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
        };
    }
}
