package dev.plinth.server.boot;

import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * How the process ends: by a signal, by the member's own wish, or by a failure that makes going on
 * unsafe.
 *
 * <p>On a signal the virtual machine runs the hook registered here and then ends with 128 plus the
 * signal's number, as a shell sees etcd end. A failure of an agent halts at once with code 1:
 * nothing more may be written.
 */
final class Lifecycle {
    private static final int FAILED = 1;

    private final Log log;
    private final Runnable halt;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<Void> serving = new CompletableFuture<>();
    private volatile int code;
    private volatile boolean isToStartAgain;

    /** Of a process that is the member's own. */
    Lifecycle(Log log) {
        this(log, () -> Runtime.getRuntime().halt(FAILED));
    }

    /**
     * @param halt ends the member at once, without another write
     */
    Lifecycle(Log log, Runnable halt) {
        this.log = log;
        this.halt = halt;
    }

    /** Completes when clients are served; fails if they never will be. */
    CompletableFuture<Void> serving() {
        return serving;
    }

    /** Clients are served from now on. */
    void served() {
        serving.complete(null);
    }

    /** Waits until the member ends by itself; a signal ends the process meanwhile. */
    int awaitEnd(Member member) {
        Thread hook =
                new Thread(
                        () -> {
                            log.info("received signal; shutting down");
                            member.close();
                            if (ProcessHandle.current().pid() == 1) {
                                Runtime.getRuntime().halt(0);
                            }
                        },
                        "signal");
        Runtime.getRuntime().addShutdownHook(hook);
        boolean isInterrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException _) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            member.close();
        } catch (IllegalStateException _) {
            // A signal came at the same time; its hook closes the member.
            isToStartAgain = false;
        }
        return code;
    }

    /** The member ends by its own wish, with the given code. */
    void end(int exitCode) {
        code = exitCode;
        serving.completeExceptionally(new StartException("the member has ended by itself"));
        ended.countDown();
    }

    /**
     * The member stops, to start again in the same process with its files repaired. One inside
     * another program goes on; its next start repairs them.
     */
    void startAgain() {
        isToStartAgain = true;
        ended.countDown();
    }

    /** Whether the member has ended in order to start again. */
    boolean isToStartAgain() {
        return isToStartAgain;
    }

    /** An agent failed: durability or order is in doubt, so the process ends here. */
    void agentFailed(String agent, Throwable cause) {
        log.error("agent failed", cause, "agent", agent);
        log.fatal(
                "the member stops, since going on could lose acknowledged writes",
                "agent",
                agent,
                "error",
                String.valueOf(cause.getMessage()));
        halt.run();
    }
}
