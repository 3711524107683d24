package dev.plinth.server.tls;

import dev.plinth.server.log.Log;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind the TLS handler of an accepted connection: after the handshake, also a resumed one,
 * looks whether the shown certificate has been revoked and fits its address, and lets nothing
 * through before. Says why a connection was not accepted.
 */
final class AcceptedConnection extends ChannelInboundHandlerAdapter {
    /**
     * What accepted connections must pass.
     *
     * @param endpoint kind of listener, for the log
     * @param revoked null when nothing is revoked
     * @param matchesAddress whether a certificate's names must fit the remote address
     * @param lookups runs what waits for name servers
     */
    record Rules(
            String endpoint,
            @Nullable RevocationList revoked,
            boolean matchesAddress,
            Executor lookups,
            Log log) {}

    static final AttributeKey<RemoteIdentity> IDENTITY =
            AttributeKey.valueOf(AcceptedConnection.class, "identity");

    private final Rules rules;
    private final ArrayDeque<Object> early = new ArrayDeque<>();
    private boolean isAccepted;
    private boolean isRejected;

    AcceptedConnection(Rules rules) {
        this.rules = rules;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                check(ctx);
            } else {
                reject(ctx, handshake.cause());
            }
        }
        if (!(event instanceof SniCompletionEvent)) {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void check(ChannelHandlerContext ctx) {
        SSLSession session = session(ctx.channel());
        Certificate[] chain = chain(session);
        try {
            RevocationList revoked = rules.revoked();
            if (revoked != null) {
                revoked.check(chain);
            }
            CertificateNames names =
                    chain.length == 0 ? null : CertificateNames.of((X509Certificate) chain[0]);
            ctx.channel()
                    .attr(IDENTITY)
                    .set(new RemoteIdentity(session, names == null ? "" : names.common()));
            if (names != null
                    && rules.matchesAddress()
                    && ctx.channel().remoteAddress() instanceof InetSocketAddress remote) {
                ctx.channel().config().setAutoRead(false);
                rules.lookups().execute(() -> match(ctx, names, remote.getAddress()));
            } else {
                accept(ctx);
            }
        } catch (CertificateException e) {
            reject(ctx, e);
        }
    }

    /** Waits for name servers, so not on the event loop. */
    private void match(ChannelHandlerContext ctx, CertificateNames names, InetAddress remote) {
        boolean fits = names.fits(remote);
        ctx.executor()
                .execute(() -> {
                    if (fits) {
                        ctx.channel().config().setAutoRead(true);
                        accept(ctx);
                    } else {
                        reject(
                                ctx,
                                new CertificateException(
                                        "tls: \"%s\" does not match any of DNSNames %s"
                                                .formatted(
                                                        remote.getHostAddress(), names.hosts())));
                    }
                });
    }

    private void accept(ChannelHandlerContext ctx) {
        isAccepted = true;
        boolean hasEarly = !early.isEmpty();
        while (!early.isEmpty()) {
            ctx.fireChannelRead(early.remove());
        }
        if (hasEarly) {
            ctx.fireChannelReadComplete();
        }
    }

    private void reject(ChannelHandlerContext ctx, Throwable cause) {
        isRejected = true;
        dropEarly();
        if (isEndOfInput(cause)) {
            rules.log()
                    .debug(
                            "rejected connection on " + rules.endpoint() + " endpoint",
                            "remote-addr",
                            address(ctx.channel()),
                            "error",
                            "EOF");
        } else {
            rules.log()
                    .warn(
                            "rejected connection on " + rules.endpoint() + " endpoint",
                            "remote-addr",
                            address(ctx.channel()),
                            "server-name",
                            serverName(session(ctx.channel())),
                            "error",
                            reason(cause));
        }
        var _ = ctx.close();
    }

    private static boolean isEndOfInput(Throwable cause) {
        return cause instanceof IOException && !(cause instanceof SSLException);
    }

    /** The innermost message: it says what is wrong with the certificate. */
    private static String reason(Throwable cause) {
        Throwable inner = cause;
        for (Throwable next = cause; next != null; next = next.getCause()) {
            inner = next;
        }
        return String.valueOf(inner.getMessage());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (isAccepted) {
            ctx.fireChannelRead(message);
        } else if (isRejected) {
            ReferenceCountUtil.release(message);
        } else {
            early.add(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (isAccepted) {
            ctx.fireChannelReadComplete();
        }
    }

    /** Handshakes that fail tell so by their event; what comes after is of no interest. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (isAccepted) {
            ctx.fireExceptionCaught(cause);
        } else {
            var _ = ctx.close();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        dropEarly();
    }

    private void dropEarly() {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
    }

    private static String address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress().getHostAddress() + ":" + remote.getPort()
                : String.valueOf(channel.remoteAddress());
    }

    private static SSLSession session(Channel channel) {
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        return handler.engine().getSession();
    }

    private static String serverName(SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            List<SNIServerName> names = extended.getRequestedServerNames();
            if (!names.isEmpty() && names.getFirst() instanceof SNIHostName name) {
                return name.getAsciiName();
            }
        }
        return "";
    }

    private static Certificate[] chain(SSLSession session) {
        try {
            return session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException _) {
            return new Certificate[0];
        }
    }
}
