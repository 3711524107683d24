package dev.plinth.tools.client;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a target that is itself a list of servers, {@code endpoints:///a:1,b:2}, to all of them
 * at once, so that calls can be spread over those that answer.
 */
public final class EndpointResolverProvider extends NameResolverProvider {
    static final String SCHEME = "endpoints";

    /** For the service loader. */
    public EndpointResolverProvider() {}

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
        return SCHEME.equals(target.getScheme())
                ? new ListResolver(List.of(target.getPath().substring(1).split(",")))
                : null;
    }

    private static final class ListResolver extends NameResolver {
        private final List<String> endpoints;

        ListResolver(List<String> endpoints) {
            this.endpoints = endpoints;
        }

        @Override
        public String getServiceAuthority() {
            return Endpoint.of(endpoints.getFirst()).authority();
        }

        @Override
        public void start(Listener2 listener) {
            List<EquivalentAddressGroup> groups = new ArrayList<>();
            for (String endpoint : endpoints) {
                groups.add(new EquivalentAddressGroup(Endpoint.of(endpoint).socketAddress()));
            }
            listener.onResult(
                    ResolutionResult.newBuilder()
                            .setAddressesOrError(StatusOr.fromValue(groups))
                            .build());
        }

        @Override
        public void shutdown() {}
    }
}
