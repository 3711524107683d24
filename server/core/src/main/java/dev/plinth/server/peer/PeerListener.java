package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.core.LocalMember;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * Answers {@code /members} and {@code /version} on one address. Requests are bounded in size; a
 * connection that sends nonsense is closed.
 */
public final class PeerListener implements AutoCloseable {
    private static final int REQUEST_BYTES_MAX = 64 << 10;
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Channel channel;

    private PeerListener(Channel channel) {
        this.channel = channel;
    }

    /**
     * Starts to listen.
     *
     * @throws IOException when the address cannot be bound
     */
    public static PeerListener start(
            InetSocketAddress address,
            EventLoopGroup group,
            Class<? extends ServerChannel> kind,
            LocalMember member)
            throws IOException {
        var bound =
                new ServerBootstrap()
                        .group(group)
                        .channel(kind)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel connection) {
                                        connection
                                                .pipeline()
                                                .addLast(new HttpServerCodec())
                                                .addLast(
                                                        new HttpObjectAggregator(REQUEST_BYTES_MAX))
                                                .addLast(new Endpoints(member));
                                    }
                                })
                        .bind(address)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
        }
        return new PeerListener(bound.channel());
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }

    private static final class Endpoints extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final LocalMember member;

        Endpoints(LocalMember member) {
            this.member = member;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            FullHttpResponse response = answer(request);
            boolean isKeptAlive = HttpUtil.isKeepAlive(request);
            HttpUtil.setKeepAlive(response, isKeptAlive);
            HttpUtil.setContentLength(response, response.content().readableBytes());
            context.writeAndFlush(response)
                    .addListener(
                            isKeptAlive
                                    ? ChannelFutureListener.CLOSE_ON_FAILURE
                                    : ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }

        private FullHttpResponse answer(FullHttpRequest request) {
            String path = new QueryStringDecoder(request.uri()).path();
            return switch (path) {
                case "/members" -> get(request, JSON, MemberJson.writeList(member.members()));
                case "/version" -> get(request, JSON, version());
                default -> text(HttpResponseStatus.NOT_FOUND, TEXT, "404 page not found\n");
            };
        }

        private FullHttpResponse get(FullHttpRequest request, String type, String body) {
            if (!request.method().equals(HttpMethod.GET)
                    && !request.method().equals(HttpMethod.HEAD)) {
                FullHttpResponse refused =
                        text(HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, "Method Not Allowed\n");
                refused.headers().set(HttpHeaderNames.ALLOW, "GET");
                return refused;
            }
            return text(HttpResponseStatus.OK, type, body);
        }

        private String version() {
            String cluster = member.clusterVersion();
            String storage = member.storageVersion();
            StringBuilder json = new StringBuilder("{\"etcdserver\":\"");
            json.append(member.serverVersion());
            json.append("\",\"etcdcluster\":\"").append(cluster == null ? "not_decided" : cluster);
            if (!member.serverVersion().startsWith("3.5.")) {
                json.append("\",\"storage\":\"").append(storage == null ? "unknown" : storage);
            }
            return json.append("\"}").toString();
        }

        private FullHttpResponse text(HttpResponseStatus status, String type, String body) {
            FullHttpResponse response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            status,
                            Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, type)
                    .set("X-Etcd-Cluster-ID", MemberIds.text(member.clusterId()));
            return response;
        }
    }
}
