package dev.plinth.server.gateway;

import io.netty.handler.codec.http.HttpResponseStatus;

/** The answering side of one HTTP request. Any thread; either one {@link #reply}, or a stream. */
public interface HttpAnswer {
    /** Sends the whole answer. */
    void reply(HttpResponseStatus status, String contentType, byte[] body);

    /** Begins an answer in chunks. */
    void begin(HttpResponseStatus status, String contentType);

    /**
     * Sends a chunk.
     *
     * @param endsDocument whether the next one belongs to another document
     */
    void chunk(byte[] bytes, boolean endsDocument);

    /** Ends the connection of an answer that has begun and cannot be completed. */
    void cutOff();

    /** Ends an answer in chunks. */
    void finish();

    /** False while the connection has enough waiting to be sent. */
    boolean isWritable();

    /** Adds a header to the answer; before it begins. */
    void header(String name, String value);
}
