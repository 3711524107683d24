package dev.plinth.server.rpc;

import io.netty.channel.ChannelPipeline;

/** Serves connections of the client port that do not speak gRPC. */
public interface PlainHttp {
    /**
     * Adds the handlers of one HTTP/1.1 connection, at the end of the pipeline; called on the
     * connection's event loop.
     */
    void serve(ChannelPipeline pipeline);

    /** The same for a connection that speaks HTTP/2; its bytes begin with the client's preface. */
    void serveHttp2(ChannelPipeline pipeline);
}
