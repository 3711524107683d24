package dev.plinth.server.gateway;

import dev.plinth.server.rpc.PlainHttp;
import dev.plinth.server.tls.RemoteIdentity;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What a listener of {@code --listen-metrics-urls} serves: metrics and health, nothing else. */
public final class MetricsHttp implements PlainHttp, HttpConnection.Dispatcher {
    private final Endpoints endpoints;

    /** Serves what the endpoints tell. */
    public MetricsHttp(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    @Override
    public void serve(ChannelPipeline pipeline) {
        HttpPipeline.http1(pipeline, this);
    }

    @Override
    public void serveHttp2(ChannelPipeline pipeline) {
        HttpPipeline.http2(pipeline, this);
    }

    @Override
    public Exchange dispatch(
            HttpRequest request,
            HttpAnswer answer,
            Executor loop,
            @Nullable RemoteIdentity identity) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        if (uri.path().equals("/version")
                || !endpoints.handle(request.method(), uri, request.headers(), answer)) {
            HttpConnection.refuse(answer, HttpResponseStatus.NOT_FOUND, "404 page not found\n");
        }
        return HttpConnection.IgnoredBody.INSTANCE;
    }
}
