package dev.plinth.tools.client;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * One thread that serves connections, and the kind of sockets that goes with it. The connections
 * have to be closed first. Any thread.
 */
public final class EventLoops implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final Class<? extends Channel> tcp;
    private final Class<? extends Channel> unix;

    private EventLoops(
            IoHandlerFactory handlers,
            Class<? extends Channel> tcp,
            Class<? extends Channel> unix) {
        this.group =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("client", true), handlers);
        this.tcp = tcp;
        this.unix = unix;
    }

    /** With Java's own selector: no native library has to be loaded for it. */
    public static EventLoops selector() {
        return new EventLoops(
                NioIoHandler.newFactory(), NioSocketChannel.class, NioDomainSocketChannel.class);
    }

    /** With the kernel's epoll, which costs less per message, where the library for it is there. */
    public static EventLoops fastest() {
        return Epoll.isAvailable()
                ? new EventLoops(
                        EpollIoHandler.newFactory(),
                        EpollSocketChannel.class,
                        EpollDomainSocketChannel.class)
                : selector();
    }

    /** The thread. */
    public EventLoopGroup group() {
        return group;
    }

    Class<? extends Channel> sockets(boolean isUnix) {
        return isUnix ? unix : tcp;
    }

    /** The thread ends by itself; nobody has to wait for that. */
    @Override
    public void close() {
        var _ = group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
}
