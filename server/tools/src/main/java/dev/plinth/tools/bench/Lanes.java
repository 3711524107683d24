package dev.plinth.tools.bench;

import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.tools.client.EventLoops;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections to the servers, each served by one of a few threads. Connections go to the endpoints
 * in turn. Any thread.
 */
final class Lanes implements AutoCloseable {
    /**
     * A connection.
     *
     * @param lane number of the thread that serves it
     * @param loop that thread
     */
    record Line(int lane, EventLoop loop, EtcdClient client) {}

    private final List<EventLoops> loops = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();

    private Lanes() {}

    /** Opens connections; none is made before its first call. */
    static Lanes open(ClientSettings settings, int connections, int threads) throws CallFailure {
        Lanes lanes = new Lanes();
        try {
            List<String> endpoints = settings.endpoints();
            for (int i = 0; i < Math.min(threads, connections); i++) {
                lanes.loops.add(EventLoops.fastest());
            }
            for (int i = 0; i < connections; i++) {
                int lane = i % lanes.loops.size();
                EventLoops own = lanes.loops.get(lane);
                ClientSettings one =
                        settings.withEndpoints(List.of(endpoints.get(i % endpoints.size())));
                lanes.lines.add(new Line(lane, own.group().next(), EtcdClient.connect(one, own)));
            }
            return lanes;
        } catch (CallFailure | RuntimeException e) {
            lanes.close();
            throw e;
        }
    }

    /** How many threads there are. */
    int count() {
        return loops.size();
    }

    /** The connection of a client; clients share them evenly. */
    Line line(int client) {
        return lines.get(client % lines.size());
    }

    @Override
    public void close() {
        lines.forEach(line -> line.client().close());
        loops.forEach(EventLoops::close);
    }
}
