package dev.plinth.client;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.StatusOr;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The servers that the channel knows; all of them are told to it at once, and again when the list
 * is changed, so that calls are spread over those that answer.
 */
final class EndpointList extends NameResolver.Factory {
    static final String SCHEME = "endpoints";

    private final List<Resolver> resolvers = new ArrayList<>();
    private List<Endpoint> endpoints;

    EndpointList(List<Endpoint> endpoints) {
        this.endpoints = List.copyOf(endpoints);
    }

    synchronized List<Endpoint> current() {
        return endpoints;
    }

    void replace(List<Endpoint> now) {
        List<Resolver> told;
        synchronized (this) {
            endpoints = List.copyOf(now);
            told = List.copyOf(resolvers);
        }
        told.forEach(Resolver::tell);
    }

    @Override
    public String getDefaultScheme() {
        return SCHEME;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
        Resolver resolver = new Resolver();
        synchronized (this) {
            resolvers.add(resolver);
        }
        return resolver;
    }

    private final class Resolver extends NameResolver {
        private volatile @Nullable Listener2 listener;

        @Override
        public String getServiceAuthority() {
            return current().getFirst().authority();
        }

        @Override
        public void start(Listener2 told) {
            listener = told;
            tell();
        }

        @Override
        public void refresh() {
            tell();
        }

        /** Names are looked up anew each time; elsewhere, since that may take a while. */
        void tell() {
            var _ = Thread.ofVirtual().name("plinth-client-names").start(this::lookUp);
        }

        /** One at a time, so that an older list is never told after a newer one. */
        private synchronized void lookUp() {
            Listener2 told = listener;
            if (told != null) {
                List<EquivalentAddressGroup> groups =
                        current().stream().map(Endpoint::addressGroup).toList();
                told.onResult(
                        ResolutionResult.newBuilder()
                                .setAddressesOrError(StatusOr.fromValue(groups))
                                .build());
            }
        }

        @Override
        public void shutdown() {
            listener = null;
            synchronized (EndpointList.this) {
                resolvers.remove(this);
            }
        }
    }
}
