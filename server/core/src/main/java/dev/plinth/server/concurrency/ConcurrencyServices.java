package dev.plinth.server.concurrency;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.stream.Stream;

/** The lock and the election service of one member. */
public final class ConcurrencyServices {
    private ConcurrencyServices() {}

    /**
     * Binds both services.
     *
     * @param own calls the member's own services; has to outlive the services
     */
    public static List<ServerServiceDefinition> definitions(Channel own) {
        return Stream.<BindableService>of(new LockService(own), new ElectionService(own))
                .map(service -> ServerInterceptors.intercept(service, new CallerHeaders()))
                .toList();
    }
}
