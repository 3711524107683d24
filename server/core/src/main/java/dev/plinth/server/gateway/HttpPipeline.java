package dev.plinth.server.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;

/**
 * The handlers of a connection over HTTP, of either version, with the limits of what it may send.
 */
final class HttpPipeline {
    private static final int REQUEST_LINE_MAX = 8 << 10;
    private static final int HEADERS_MAX = 64 << 10;
    private static final int CHUNK_MAX = 64 << 10;
    private static final int STREAMS_MAX = 250;

    /** From the first byte of a request over HTTP/1.1 to the end of its headers. */
    static final long HEADERS_SECONDS = 60;

    private HttpPipeline() {}

    static void http1(ChannelPipeline pipeline, HttpConnection.Dispatcher dispatcher) {
        pipeline.channel().config().setAutoRead(false);
        HeaderDeadline deadline = new HeaderDeadline(HEADERS_SECONDS);
        pipeline.addLast(
                deadline,
                new HttpServerCodec(REQUEST_LINE_MAX, HEADERS_MAX, CHUNK_MAX),
                new HttpConnection(dispatcher, deadline::decoded));
    }

    /** Each stream is served as if it were a connection with one request. */
    static void http2(ChannelPipeline pipeline, HttpConnection.Dispatcher dispatcher) {
        pipeline.addLast(
                Http2FrameCodecBuilder.forServer()
                        .initialSettings(
                                Http2Settings.defaultSettings()
                                        .maxConcurrentStreams(STREAMS_MAX)
                                        .maxHeaderListSize(HEADERS_MAX))
                        .build(),
                new Http2MultiplexHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel stream) {
                                stream.config().setAutoRead(false);
                                stream.pipeline()
                                        .addLast(
                                                new Http2StreamFrameToHttpObjectCodec(true),
                                                new HttpConnection(dispatcher, _ -> {}));
                            }
                        }));
    }
}
