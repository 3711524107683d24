package dev.plinth.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.rpc.Transport;
import dev.plinth.server.testing.CapturedLog;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitDaemonTest {
    @TempDir Path folder;
    private final CapturedLog log = new CapturedLog();

    @Test
    void theSocketOfTheVariableIsToldOfReadiness() throws Exception {
        CompletableFuture<String> told = new CompletableFuture<>();
        Path socket = folder.resolve("notify");
        try (Transport transport = Transport.open(1)) {
            Channel daemon =
                    new Bootstrap()
                            .group(transport.group())
                            .channel(EpollDomainDatagramChannel.class)
                            .handler(
                                    new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                                        @Override
                                        protected void channelRead0(
                                                ChannelHandlerContext context,
                                                DomainDatagramPacket packet) {
                                            told.complete(
                                                    packet.content()
                                                            .toString(StandardCharsets.US_ASCII));
                                        }
                                    })
                            .bind(new DomainSocketAddress(socket.toString()))
                            .sync()
                            .channel();
            InitDaemon.ready(socket.toString(), transport, log.log());
            assertThat(told.get(30, TimeUnit.SECONDS)).isEqualTo("READY=1");
            daemon.close().sync();
        }
        assertThat(log.text()).contains("successfully notified init daemon");
    }

    @Test
    void aSocketThatIsNotThereIsToldAndStopsNothing() throws Exception {
        try (Transport transport = Transport.open(1)) {
            InitDaemon.ready(folder.resolve("absent").toString(), transport, log.log());
        }
        assertThat(log.text()).contains("failed to notify systemd for readiness");
    }
}
