package dev.plinth.server.rpc;

import io.netty.channel.ChannelPipeline;

/** Serves connections of the client port that do not speak gRPC. */
public interface PlainHttp {
    /**
     * Adds the handlers of one connection, at the end of the pipeline; called on the connection's
     * event loop.
     */
    void serve(ChannelPipeline pipeline);
}
