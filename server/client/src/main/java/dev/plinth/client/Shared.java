package dev.plinth.client;

import java.util.random.RandomGenerator;

/** What all views of a client have in common. */
final class Shared implements AutoCloseable {
    private final Connection connection;
    private final Calls calls;

    private Shared(Connection connection, Calls calls) {
        this.connection = connection;
        this.calls = calls;
    }

    static Shared open(ClientSettings settings) {
        Connection connection = Connection.open(settings);
        return new Shared(
                connection, new Calls(connection, settings, RandomGenerator.getDefault()));
    }

    Connection connection() {
        return connection;
    }

    Calls calls() {
        return calls;
    }

    @Override
    public void close() {
        connection.close();
    }
}
