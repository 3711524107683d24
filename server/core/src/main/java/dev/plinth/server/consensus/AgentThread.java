package dev.plinth.server.consensus;

import java.util.concurrent.locks.LockSupport;

/**
 * Drives one agent on a platform thread. When there is nothing to do it spins for a moment, where
 * the machine has a core to spare, and then parks until {@link #wake} or the agent's next deadline.
 *
 * <p>Waking costs a volatile read unless the thread is parked. The flag {@code isParked} is set
 * before the last look at the queues, and producers enqueue before they read it, so a wake-up
 * cannot be lost. It is looked at once more right before parking: a lock that the agent had to wait
 * for in its last turn may have used up the permit of a wake-up that came meanwhile.
 */
public final class AgentThread implements AutoCloseable {
    /** What happens when an agent fails; it must end the process. */
    public interface FailureHandler {
        /** Called on the agent's thread. */
        void agentFailed(String name, Throwable cause);
    }

    private final Agent agent;
    private final int spins;
    private final FailureHandler onFailure;
    private final Thread thread;
    private volatile boolean isParked;
    private volatile boolean isStopping;

    /**
     * @param agent the loop
     * @param spins empty turns before the thread parks; 0 where no core is to spare
     * @param onFailure told when the agent throws
     */
    public AgentThread(Agent agent, int spins, FailureHandler onFailure) {
        this.agent = agent;
        this.spins = spins;
        this.onFailure = onFailure;
        this.thread = new Thread(this::run, agent.name());
        thread.setDaemon(true);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Tells that there may be work. */
    public void wake() {
        if (isParked) {
            isParked = false;
            LockSupport.unpark(thread);
        }
    }

    /** Stops after the turn at hand and waits for the thread's end. */
    @Override
    public void close() {
        isStopping = true;
        LockSupport.unpark(thread);
        boolean isInterrupted = false;
        while (thread.isAlive() && !Thread.currentThread().equals(thread)) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            int empty = 0;
            while (!isStopping) {
                if (agent.doWork() > 0) {
                    empty = 0;
                } else if (empty < spins) {
                    empty++;
                    Thread.onSpinWait();
                } else {
                    park();
                    empty = 0;
                }
            }
        } catch (Throwable cause) {
            onFailure.agentFailed(agent.name(), cause);
        }
    }

    private void park() {
        isParked = true;
        if (agent.doWork() == 0 && !isStopping && isParked) {
            LockSupport.parkNanos(agent, Math.max(1, agent.idleNanosMax()));
        }
        isParked = false;
    }
}
