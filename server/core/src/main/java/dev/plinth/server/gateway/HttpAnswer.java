package dev.plinth.server.gateway;

import io.netty.handler.codec.http.HttpResponseStatus;

/** The answering side of one HTTP request. Any thread; either one {@link #reply}, or a stream. */
public interface HttpAnswer {
    /** Sends the whole answer. */
    void reply(HttpResponseStatus status, String contentType, byte[] body);

    /** Begins an answer in chunks. */
    void begin(HttpResponseStatus status, String contentType);

    /** Sends a chunk. */
    void chunk(byte[] bytes);

    /** Ends an answer in chunks. */
    void finish();

    /** False while the connection has enough waiting to be sent. */
    boolean isWritable();

    /** Adds a header to the answer; before it begins. */
    void header(String name, String value);
}
