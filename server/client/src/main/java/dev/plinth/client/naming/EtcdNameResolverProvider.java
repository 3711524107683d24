package dev.plinth.client.naming;

import dev.plinth.client.Bytes;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyValue;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.WatchItem;
import dev.plinth.client.recipes.Mirror;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets grpc-java's channels find services by {@code etcd:///SERVICE}, and follow them as instances
 * come and go. Registered by the program, {@code
 * NameResolverRegistry.getDefaultRegistry().register(new EtcdNameResolverProvider(client))}; the
 * client has to live as long as the channels.
 */
public final class EtcdNameResolverProvider extends NameResolverProvider {
    private static final String SCHEME = "etcd";

    private final PlinthClient client;

    /** Looks services up by this client. */
    public EtcdNameResolverProvider(PlinthClient client) {
        this.client = client;
    }

    @Override
    protected boolean isAvailable() {
        return true;
    }

    @Override
    protected int priority() {
        return 5;
    }

    @Override
    public String getDefaultScheme() {
        return SCHEME;
    }

    @Override
    public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
        return Set.of(InetSocketAddress.class);
    }

    @Override
    public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
        String path = target.getPath();
        return SCHEME.equals(target.getScheme()) && path != null && path.length() > 1
                ? new Resolver(path.substring(1))
                : null;
    }

    private final class Resolver extends NameResolver {
        private final String service;
        private final ServiceDirectory directory;
        private volatile @Nullable Thread follower;

        Resolver(String service) {
            this.service = service;
            this.directory = new ServiceDirectory(client, service);
        }

        @Override
        public String getServiceAuthority() {
            return service;
        }

        @Override
        public void start(Listener2 listener) {
            follower =
                    Thread.ofVirtual().name("plinth-client-resolver").start(() -> follow(listener));
        }

        private void follow(Listener2 listener) {
            try {
                Mirror.follow(client, directory.keys(), new Instances(listener));
            } catch (EtcdException.Cancelled _) {
                // The channel or the client was closed.
            } catch (EtcdException e) {
                listener.onError(
                        Status.UNAVAILABLE
                                .withDescription("etcd:///" + service + ": " + e.getMessage())
                                .withCause(e));
            }
        }

        @Override
        public void shutdown() {
            Thread running = follower;
            if (running != null) {
                running.interrupt();
            }
        }
    }

    /** Tells the channel all instances after each change. */
    private static final class Instances implements Mirror.Sink {
        private final NameResolver.Listener2 listener;
        private final Map<Bytes, String> addresses = new TreeMap<>();

        Instances(NameResolver.Listener2 listener) {
            this.listener = listener;
        }

        @Override
        public void begin(long revision) {
            addresses.clear();
        }

        @Override
        public void item(KeyValue item) {
            Optional<String> address = ServiceDirectory.address(item.value());
            if (address.isPresent()) {
                addresses.put(item.key(), address.get());
            } else {
                addresses.remove(item.key());
            }
        }

        @Override
        public void complete(long revision) {
            tell();
        }

        @Override
        public void change(WatchItem change) {
            switch (change) {
                case WatchItem.Put put -> item(put.now());
                case WatchItem.Delete delete -> addresses.remove(delete.key());
            }
            tell();
        }

        private void tell() {
            List<EquivalentAddressGroup> groups = new ArrayList<>();
            for (String address : addresses.values()) {
                socketAddress(address)
                        .ifPresent(socket -> groups.add(new EquivalentAddressGroup(socket)));
            }
            listener.onResult(
                    NameResolver.ResolutionResult.newBuilder()
                            .setAddressesOrError(StatusOr.fromValue(groups))
                            .build());
        }

        private static Optional<SocketAddress> socketAddress(String text) {
            int colon = text.lastIndexOf(':');
            try {
                return colon < 1
                        ? Optional.empty()
                        : Optional.of(
                                new InetSocketAddress(
                                        text.substring(0, colon),
                                        Integer.parseInt(text.substring(colon + 1))));
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }
    }
}
