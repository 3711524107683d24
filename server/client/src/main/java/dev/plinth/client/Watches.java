package dev.plinth.client;

import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * Watches. They share one stream, survive the loss of servers, and tell every change exactly once,
 * in the order of revisions. A view that requires a leader ends its watches when their server loses
 * it; others wait for it.
 */
public final class Watches {
    private final Kv kv;
    private final WatchHub hub;
    private final Namespace namespace;
    private final Executor executor;

    Watches(Kv kv, WatchHub hub, Namespace namespace, Executor executor) {
        this.kv = kv;
        this.hub = hub;
        this.namespace = namespace;
        this.executor = executor;
    }

    /** A watch to be read by waiting, made for virtual threads. Does not wait for the server. */
    public WatchCursor open(WatchSpec spec) {
        return new WatchCursor(hub, hub.watch(spec, namespace));
    }

    /**
     * What keys there are, and every change behind that, to be read by waiting. Memory does not
     * depend on the number of keys.
     */
    public ListCursor listAndWatch(KeyRange keys) {
        return new ListCursor(kv, this, keys);
    }

    /**
     * A watch that calls back, on a virtual thread of its own, one call after the other. The
     * callbacks may block; changes wait meanwhile.
     *
     * @param onSignal what is told; if it throws, the watch is over
     * @param onEnd why the watch is over, told once and last; {@link EtcdException.Cancelled} if
     *     handle or client were closed
     */
    public WatchHandle listen(
            WatchSpec spec, Consumer<WatchSignal> onSignal, Consumer<EtcdException> onEnd) {
        WatchCursor cursor = open(spec);
        executor.execute(() -> {
            try (cursor) {
                while (true) {
                    WatchSignal signal;
                    try {
                        signal = cursor.next();
                    } catch (EtcdException e) {
                        onEnd.accept(e);
                        return;
                    }
                    onSignal.accept(signal);
                }
            }
        });
        return new WatchHandle(cursor);
    }

    /**
     * Watches as reactive streams: each subscriber has one of his own, from his subscription on,
     * and gets as much as he asks for. A watch that is over is told by {@code onError}.
     */
    public Flow.Publisher<WatchSignal> publish(WatchSpec spec) {
        return subscriber -> {
            WatchSubscription subscription = new WatchSubscription(open(spec), subscriber);
            executor.execute(subscription::run);
        };
    }

    /**
     * Asks the server to tell all watches of this view's stream how far they have come. It may not
     * answer, as long as it has changes to tell.
     */
    public void requestProgress() {
        hub.requestProgress();
    }
}
