package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Many watchers of one key, counted on one event-loop thread. It speaks HTTP/2 itself and counts in
 * the frames, because a gRPC client takes longer over an event than a server: what is to be
 * measured is the server.
 */
final class WatchFanOut implements AutoCloseable {
    private static final int LIMIT_SECONDS = 120;
    private static final int WINDOW_BYTES = 1 << 20;
    private static final int CONNECTION_WINDOW_BYTES = 10 * WINDOW_BYTES;

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ManagedChannel puts;
    private final ByteString key;
    private Expectation expected = new Expectation(0);

    // Of the event loop alone.
    private long created;
    private long events;

    private record Expectation(long count, CompletableFuture<Void> met) {
        Expectation(long count) {
            this(count, new CompletableFuture<>());
        }
    }

    private final WatchEventCounter.Tally tally =
            new WatchEventCounter.Tally() {
                @Override
                public void add(int moreCreated, int moreEvents) {
                    created += moreCreated;
                    events += moreEvents;
                    if (created + events == expected.count()) {
                        expected.met().complete(null);
                    }
                }

                @Override
                public void failed(Throwable cause) {
                    expected.met().completeExceptionally(cause);
                }
            };

    /**
     * Opens the watchers, spread over streams and these over connections; returns when the server
     * has confirmed all.
     */
    WatchFanOut(String endpoint, ByteString key, int watchers, int streams, int connections)
            throws IOException, InterruptedException {
        this.key = key;
        this.puts =
                NettyChannelBuilder.forTarget(endpoint)
                        .usePlaintext()
                        .eventLoopGroup(loop)
                        .channelType(EpollSocketChannel.class)
                        .build();
        Expectation all = new Expectation(watchers);
        expect(all);
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            channels.add(connect(endpoint));
        }
        for (int i = 0; i < streams; i++) {
            int share = watchers / streams + (i < watchers % streams ? 1 : 0);
            open(channels.get(i % connections), endpoint, share);
        }
        await(all);
    }

    private Channel connect(String endpoint) throws IOException, InterruptedException {
        int colon = endpoint.lastIndexOf(':');
        String host = endpoint.substring(0, colon);
        int port = Integer.parseInt(endpoint.substring(colon + 1));
        ChannelFuture connected =
                new Bootstrap()
                        .group(loop)
                        .channel(EpollSocketChannel.class)
                        .handler(new Protocol())
                        .connect(host, port);
        await(connected);
        Channel connection = connected.channel();
        // All its streams share this window, which begins at the protocol's 65,535 bytes.
        await(connection.writeAndFlush(new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW_BYTES)));
        return connection;
    }

    /** HTTP/2 with prior knowledge; the server opens no streams of its own. */
    private static final class Protocol extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast(
                            Http2FrameCodecBuilder.forClient()
                                    .initialSettings(
                                            Http2Settings.defaultSettings()
                                                    .initialWindowSize(WINDOW_BYTES))
                                    .build(),
                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
        }
    }

    private void open(Channel connection, String authority, int watchers)
            throws IOException, InterruptedException {
        WatchEventCounter counter = new WatchEventCounter(tally);
        Future<Http2StreamChannel> opened =
                new Http2StreamChannelBootstrap(connection).handler(counter).open();
        await(opened);
        Http2StreamChannel stream = opened.getNow();
        Http2Headers headers =
                new DefaultHttp2Headers()
                        .method("POST")
                        .scheme("http")
                        .authority(authority)
                        .path("/" + WatchGrpc.getWatchMethod().getFullMethodName())
                        .add("content-type", "application/grpc")
                        .add("te", "trailers");
        await(stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers)));
        byte[] request =
                WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                        .build()
                        .toByteArray();
        ByteBuf requests = stream.alloc().buffer();
        for (int i = 0; i < watchers; i++) {
            requests.writeByte(0).writeInt(request.length).writeBytes(request);
        }
        await(stream.writeAndFlush(new DefaultHttp2DataFrame(requests)));
    }

    private static void await(Future<?> future) throws IOException, InterruptedException {
        future.await();
        if (!future.isSuccess()) {
            throw new IOException(future.cause());
        }
    }

    /**
     * Puts the key so many times, one put after the other, and waits until every watcher has seen
     * all of them.
     *
     * @return nanoseconds from the first put to the last event
     */
    long run(int count, ByteString value, long watchers) throws IOException, InterruptedException {
        Expectation all = new Expectation(count * watchers);
        expect(all);
        KVGrpc.KVBlockingStub stub = KVGrpc.newBlockingStub(puts);
        PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            stub.put(put);
        }
        await(all);
        return System.nanoTime() - start;
    }

    private void expect(Expectation next) {
        loop.submit(
                        () -> {
                            expected = next;
                            created = 0;
                            events = 0;
                        })
                .syncUninterruptibly();
    }

    private void await(Expectation expectation) throws IOException, InterruptedException {
        try {
            expectation.met().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "watchers saw %d of %d".formatted(created + events, expectation.count()), e);
        }
    }

    @Override
    public void close() {
        puts.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
