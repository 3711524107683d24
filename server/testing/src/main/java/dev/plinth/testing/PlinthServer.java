package dev.plinth.testing;

import dev.plinth.client.PlinthClient;
import dev.plinth.server.boot.EmbeddedMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.LogLevel;
import dev.plinth.server.log.LogSink;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A member of Plinth, or a cluster of several, inside this JVM: on free ports of loopback, with
 * temporary data, gone when it is closed. Methods may be called by any thread, one at a time.
 *
 * <p>Unless asked for, nothing is synced to disk, and elections are short: made for tests, not for
 * data.
 */
public final class PlinthServer implements AutoCloseable {
    private static final int PORT_DRAWS = 5;
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private static final class Slot {
        final String name;
        final Path data;
        final MemberPorts ports;
        @Nullable EmbeddedMember running;

        Slot(String name, Path data, MemberPorts ports) {
            this.name = name;
            this.data = data;
            this.ports = ports;
        }
    }

    private final Builder settings;
    private final Path root;
    private final boolean isTemporary;
    private final LogSink sink;
    private final List<Slot> slots = new ArrayList<>();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private @Nullable PlinthClient client;

    private PlinthServer(Builder settings, Path root, boolean isTemporary) {
        this.settings = settings;
        this.root = root;
        this.isTemporary = isTemporary;
        this.sink =
                new LogSink(
                        InstantSource.system(),
                        ZoneId.systemDefault(),
                        new LogSink.Settings(
                                LogLevel.INFO,
                                LogSink.Format.CONSOLE,
                                settings.log == null ? List.of() : List.of(settings.log)));
    }

    /** A member with the defaults, which serves when this returns. */
    public static PlinthServer start() {
        return builder().start();
    }

    /** Begins a server. */
    public static Builder builder() {
        return new Builder();
    }

    /** The address of the first member, {@code host:port}. */
    public String endpoint() {
        return slots.getFirst().ports.endpoint();
    }

    /** The addresses of all members, {@code host:port}, in the order of their numbers. */
    public List<String> endpoints() {
        return slots.stream().map(slot -> slot.ports.endpoint()).toList();
    }

    /** A client of all members, made at the first call and closed with the server. */
    public PlinthClient client() {
        PlinthClient made = client;
        if (made == null) {
            made = PlinthClient.of(endpoints().toArray(String[]::new));
            client = made;
        }
        return made;
    }

    /**
     * Stops a member, as an operator would; its data stays.
     *
     * @param number 0 for the first
     */
    public void stopMember(int number) {
        Slot slot = slots.get(number);
        EmbeddedMember running = slot.running;
        slot.running = null;
        if (running != null) {
            running.close();
        }
    }

    /**
     * Starts a member that was stopped, with the data that it had.
     *
     * @param number 0 for the first
     * @throws IllegalStateException if it runs, or cannot be started
     */
    public void startMember(int number) {
        Slot slot = slots.get(number);
        if (slot.running != null) {
            throw new IllegalStateException(slot.name + " runs");
        }
        try {
            launch(slot);
            awaitServing(slot);
        } catch (StartException e) {
            throw new IllegalStateException(slot.name + " cannot be started", e);
        }
    }

    private void launch(Slot slot) throws StartException {
        slot.running =
                EmbeddedMember.start(
                        flags(slot),
                        sink,
                        () -> failure.compareAndSet(null, slot.name + " could not go on"));
    }

    private static void awaitServing(Slot slot) throws StartException {
        EmbeddedMember running = slot.running;
        if (running == null) {
            throw new StartException(slot.name + " was not started");
        }
        try {
            running.awaitServing(START_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted", e);
        }
    }

    private List<String> flags(Slot slot) {
        Map<String, String> flags = new LinkedHashMap<>();
        boolean isAlone = slots.size() == 1;
        flags.put("name", slot.name);
        flags.put("data-dir", slot.data.toString());
        flags.put("listen-client-urls", slot.ports.clientUrl());
        flags.put("advertise-client-urls", slot.ports.clientUrl());
        flags.put("listen-peer-urls", slot.ports.peerUrl());
        flags.put("initial-advertise-peer-urls", slot.ports.peerUrl());
        flags.put(
                "initial-cluster",
                String.join(
                        ",",
                        slots.stream().map(one -> one.name + "=" + one.ports.peerUrl()).toList()));
        flags.put("initial-cluster-token", root.getFileName().toString());
        // One member waits for nobody's vote; several may wait for a core.
        flags.put("heartbeat-interval", isAlone ? "10" : "50");
        flags.put("election-timeout", isAlone ? "100" : "500");
        flags.put("unsafe-no-fsync", String.valueOf(!settings.isDurable));
        flags.putAll(settings.flags);
        return flags.entrySet().stream()
                .map(flag -> "--" + flag.getKey() + "=" + flag.getValue())
                .toList();
    }

    private void startAll() throws StartException {
        for (Slot slot : slots) {
            launch(slot);
        }
        for (Slot slot : slots) {
            awaitServing(slot);
        }
    }

    private void stopAll() {
        PlinthClient made = client;
        client = null;
        if (made != null) {
            made.close();
        }
        for (int number = 0; number < slots.size(); number++) {
            stopMember(number);
        }
    }

    /**
     * Stops all members and removes temporary data.
     *
     * @throws IllegalStateException if a member had come to a state in which it could not go on
     */
    @Override
    public void close() {
        stopAll();
        if (isTemporary) {
            remove(root);
        }
        String why = failure.get();
        if (why != null) {
            throw new IllegalStateException(why + "; Builder.log shows what it said");
        }
    }

    private static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("temporary data cannot be removed", e);
        }
    }

    /** How a server is to be. */
    public static final class Builder {
        private final Map<String, String> flags = new LinkedHashMap<>();
        private int members = 1;
        private boolean isDurable;
        private @Nullable Path dataDir;
        private @Nullable OutputStream log;

        private Builder() {}

        /** How many members: 1. */
        public Builder members(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("at least one member, not " + count);
            }
            members = count;
            return this;
        }

        /**
         * Data is kept in this folder and found there again. For one member: several remember each
         * other's ports, which are others each time.
         */
        public Builder dataDir(Path folder) {
            dataDir = folder;
            return this;
        }

        /** Writes are synced to disk before they are acknowledged. */
        public Builder durable() {
            isDurable = true;
            return this;
        }

        /**
         * A flag of {@code plinth server}, for all members; it wins over those chosen here.
         *
         * @param name without dashes
         */
        public Builder flag(String name, String value) {
            flags.put(name, value);
            return this;
        }

        /** Where members log; nowhere if not set. Not closed. */
        public Builder log(OutputStream target) {
            log = target;
            return this;
        }

        /**
         * Starts the members; they serve when this returns.
         *
         * @throws IllegalStateException if they cannot be started
         */
        public PlinthServer start() {
            if (members > 1 && dataDir != null) {
                throw new IllegalStateException("a folder of its own is for one member");
            }
            for (int draw = 1; ; draw++) {
                PlinthServer server = prepared();
                try {
                    server.startAll();
                    return server;
                } catch (StartException e) {
                    server.close();
                    boolean lostPort =
                            String.valueOf(e.getMessage()).contains("address already in use");
                    if (!lostPort || draw == PORT_DRAWS) {
                        throw new IllegalStateException("the server cannot be started", e);
                    }
                }
            }
        }

        private PlinthServer prepared() {
            Path folder = dataDir;
            PlinthServer server;
            try {
                server =
                        folder == null
                                ? new PlinthServer(
                                        this, Files.createTempDirectory("plinth-test"), true)
                                : new PlinthServer(this, folder, false);
            } catch (IOException e) {
                throw new UncheckedIOException("no folder for temporary data", e);
            }
            int number = 0;
            for (MemberPorts ports : MemberPorts.draw(members)) {
                number++;
                String name = "m" + number;
                server.slots.add(new Slot(name, server.root.resolve(name), ports));
            }
            return server;
        }
    }
}
