package dev.plinth.server.boot;

import dev.plinth.server.config.ConfigException;
import dev.plinth.server.config.ConfigRules;
import dev.plinth.server.config.FlagException;
import dev.plinth.server.config.FlagParser;
import dev.plinth.server.config.FlagTable;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.log.LogSink;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.SystemClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A member inside another program, made of the same parts as one with a process of its own. It
 * reads no environment and no signals, and logs to its own sink.
 *
 * <p>Where a member of its own would end the process, since going on could lose acknowledged
 * writes, this one runs what the program gave for that. Any thread.
 */
public final class EmbeddedMember implements AutoCloseable {
    private final Member member;
    private final Lifecycle lifecycle;

    private EmbeddedMember(Member member, Lifecycle lifecycle) {
        this.member = member;
        this.lifecycle = lifecycle;
    }

    /**
     * Starts a member; clients are served soon after the return.
     *
     * @param flags as on the command line of the server
     * @param sink where it logs; the flags about logging have no effect
     * @param onFailure called by a thread of the member that cannot go on
     * @throws StartException with the sentence that an operator would see
     */
    public static EmbeddedMember start(List<String> flags, LogSink sink, Runnable onFailure)
            throws StartException {
        return start(flags, new SystemClock(), sink, onFailure);
    }

    /** The same with a clock of the caller's. */
    static EmbeddedMember start(List<String> flags, Clock clock, LogSink sink, Runnable onFailure)
            throws StartException {
        ServerConfig config;
        try {
            config =
                    ConfigRules.conclude(
                            new FlagParser(FlagTable.standard()).parse(flags).values());
        } catch (FlagException | ConfigException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        Log log = new Log(sink, "");
        Lifecycle lifecycle = new Lifecycle(log, onFailure);
        return new EmbeddedMember(new Bootstrap(config, clock, log, lifecycle).start(), lifecycle);
    }

    /**
     * Waits until clients are served.
     *
     * @throws StartException if that takes longer than allowed, or will never be
     */
    public void awaitServing(Duration most) throws StartException, InterruptedException {
        try {
            lifecycle.serving().get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new StartException("clients are not served: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new StartException("clients are not served after " + most, e);
        }
    }

    /** Stops the member in the order of a clean stop, and waits for that. */
    @Override
    public void close() {
        member.close();
    }
}
