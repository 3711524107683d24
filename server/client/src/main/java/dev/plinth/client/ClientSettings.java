package dev.plinth.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@link PlinthClient.Builder} was told.
 *
 * @param endpoints at least one
 * @param user absent if nobody logs in
 * @param token absent if there is no ready-made one
 * @param keepAliveTime zero for no probes
 * @param executor where answers are taken; absent for a virtual thread each
 */
record ClientSettings(
        List<Endpoint> endpoints,
        @Nullable TlsConfig tls,
        @Nullable User user,
        @Nullable Supplier<String> token,
        Duration defaultDeadline,
        Duration keepAliveTime,
        Duration keepAliveTimeout,
        RetryPolicy retry,
        int sendBytesMax,
        int receiveBytesMax,
        boolean checksHealth,
        long watchBufferBytes,
        @Nullable Executor executor) {
    /** The same for one server alone. */
    ClientSettings with(Endpoint only) {
        return new ClientSettings(
                List.of(only),
                tls,
                user,
                token,
                defaultDeadline,
                keepAliveTime,
                keepAliveTimeout,
                retry,
                sendBytesMax,
                receiveBytesMax,
                checksHealth,
                watchBufferBytes,
                executor);
    }

    /** A name and what proves it. */
    record User(String name, String password) {
        @Override
        public String toString() {
            return name;
        }
    }
}
