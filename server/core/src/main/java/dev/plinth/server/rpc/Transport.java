package dev.plinth.server.rpc;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of the sockets: native epoll where its library loads, else NIO.
 *
 * @param group the loops
 * @param serverChannel the kind of listening socket that belongs to them
 * @param socketChannel the kind of connecting socket that belongs to them
 */
public record Transport(
        EventLoopGroup group,
        Class<? extends ServerChannel> serverChannel,
        Class<? extends Channel> socketChannel)
        implements AutoCloseable {

    /** Starts loops. */
    public static Transport open(int loops) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(
                        loops, new DefaultThreadFactory("socket"), handlers);
        return new Transport(
                group,
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class,
                epoll ? EpollSocketChannel.class : NioSocketChannel.class);
    }

    /** The kind of listening socket for an address, which may be one in the file system. */
    public Class<? extends ServerChannel> serverChannel(SocketAddress address) {
        if (address instanceof InetSocketAddress) {
            return serverChannel;
        }
        return isEpoll()
                ? EpollServerDomainSocketChannel.class
                : NioServerDomainSocketChannel.class;
    }

    /** The address of a socket in the file system. */
    public SocketAddress unixAddress(String path) {
        return isEpoll() ? new DomainSocketAddress(path) : UnixDomainSocketAddress.of(path);
    }

    /** Whether the sockets are those of the native epoll transport. */
    public boolean isNative() {
        return isEpoll();
    }

    private boolean isEpoll() {
        return serverChannel == EpollServerSocketChannel.class;
    }

    /** Ends the loops and waits for them. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
