package dev.plinth.server.boot;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.ConfigException;
import dev.plinth.server.config.FlagValues;
import dev.plinth.server.config.InitialCluster;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.discovery.DiscoveryException;
import dev.plinth.server.discovery.DiscoveryService;
import dev.plinth.server.discovery.NameService;
import dev.plinth.server.discovery.SrvCluster;
import dev.plinth.server.log.Log;
import dev.plinth.server.pem.PemException;
import dev.plinth.server.pem.PemKeys;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Who founds or forms the cluster: what {@code --initial-cluster} says, or what is found by the
 * discovery flags. For a member that has no log. Source: server.md 4.1 and 4.2.
 */
final class Founders {
    private final ServerConfig config;
    private final NameService names;
    private final Log log;

    Founders(ServerConfig config, NameService names, Log log) {
        this.config = config;
        this.names = names;
        this.log = log;
    }

    /**
     * The settings with the members' URLs in the place of discovery flags. May wait for the other
     * founders as long as it takes.
     *
     * @throws StartException when they cannot be found
     */
    ServerConfig found() throws StartException {
        FlagValues flags = config.flags();
        String domain = flags.text("discovery-srv");
        try {
            if (!domain.isEmpty()) {
                return config.withInitial(
                        InitialCluster.parse(
                                new SrvCluster(names, log)
                                        .find(
                                                domain,
                                                flags.text("discovery-srv-name"),
                                                config.identity().name(),
                                                config.cluster().advertisePeer())),
                        config.cluster().token());
            }
            if (flags.words("discovery-endpoints").isEmpty()) {
                return config;
            }
            if (config.cluster().isExisting()) {
                throw new StartException(
                        "discovery URL should not be set when joining existing initial cluster");
            }
            return meet(flags);
        } catch (ConfigException e) {
            throw new StartException("discovery: " + e.getMessage(), e);
        } catch (DiscoveryException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private ServerConfig meet(FlagValues flags) throws StartException, ConfigException {
        String token = flags.text("discovery-token");
        List<String> urls = ListenUrl.texts(config.cluster().advertisePeer());
        String name = config.identity().name();
        String own = String.join(",", urls.stream().map(url -> name + "=" + url).toList());
        List<ManagedChannel> channels = channels(flags);
        try {
            String found =
                    new DiscoveryService(channels, settings(flags), TimeUnit.SECONDS::sleep, log)
                            .join(MemberIds.text(MemberIds.ofInitialMember(urls, token)), own);
            InitialCluster initial = InitialCluster.parse(found);
            if (initial.hasDuplicateUrl()) {
                throw new StartException(
                        "discovery cluster " + initial.canonicalText() + " has duplicate url");
            }
            return config.withInitial(initial, token);
        } catch (DiscoveryException e) {
            throw new StartException(
                    "failed to join discovery cluster (" + e.getMessage() + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted during discovery", e);
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }

    /** The user may be given as {@code name:password}. */
    private static DiscoveryService.Settings settings(FlagValues flags) {
        String user = flags.text("discovery-user");
        String password = flags.text("discovery-password");
        int colon = user.indexOf(':');
        if (colon >= 0 && password.isEmpty()) {
            password = user.substring(colon + 1);
            user = user.substring(0, colon);
        }
        return new DiscoveryService.Settings(
                flags.text("discovery-token"),
                flags.nanos("discovery-request-timeout"),
                user,
                password);
    }

    private static List<ManagedChannel> channels(FlagValues flags) throws StartException {
        List<ManagedChannel> channels = new ArrayList<>();
        for (String endpoint : flags.words("discovery-endpoints")) {
            NettyChannelBuilder builder =
                    NettyChannelBuilder.forTarget(
                                    "dns:///" + endpoint.replaceFirst("^[a-z]+://", ""))
                            .keepAliveTime(
                                    flags.nanos("discovery-keepalive-time"), TimeUnit.NANOSECONDS)
                            .keepAliveTimeout(
                                    flags.nanos("discovery-keepalive-timeout"),
                                    TimeUnit.NANOSECONDS);
            if (flags.bool("discovery-insecure-transport")) {
                builder.usePlaintext();
            } else {
                secure(builder, flags);
            }
            channels.add(builder.build());
        }
        return channels;
    }

    private static void secure(NettyChannelBuilder builder, FlagValues flags)
            throws StartException {
        try {
            SslContextBuilder context = GrpcSslContexts.forClient();
            if (flags.bool("discovery-insecure-skip-tls-verify")) {
                context.trustManager(InsecureTrustManagerFactory.INSTANCE);
            } else if (!flags.text("discovery-cacert").isEmpty()) {
                context.trustManager(new File(flags.text("discovery-cacert")));
            }
            if (!flags.text("discovery-cert").isEmpty()) {
                List<X509Certificate> chain =
                        PemKeys.certificates(
                                Files.readAllBytes(Path.of(flags.text("discovery-cert"))));
                context.keyManager(
                        PemKeys.privateKey(
                                Files.readAllBytes(Path.of(flags.text("discovery-key"))),
                                chain.getFirst().getPublicKey().getAlgorithm()),
                        chain.toArray(X509Certificate[]::new));
            }
            builder.sslContext(context.build());
        } catch (IOException | PemException | IllegalArgumentException e) {
            throw new StartException("TLS of the discovery service: " + e.getMessage(), e);
        }
    }
}
