package dev.plinth.tools.replay;

import dev.plinth.tools.ctl.CtlTool;
import dev.plinth.tools.ctl.EndSignals;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.util.UtilTool;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One of our tools at work on a thread of this process, with its streams in our hands. */
final class ToolRun {
    private static final int SIGINT_CODE = 130;
    private static final int SIGTERM_CODE = 143;

    final Captured out = new Captured();
    final Captured err = new Captured();
    final TypedInput in = new TypedInput();
    private final AtomicReference<@Nullable Runnable> release = new AtomicReference<>();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();
    private final Thread thread;

    ToolRun(String tool, List<String> words, Map<String, String> environment, Path directory) {
        Console console = Console.of(in, out, err);
        EndSignals signals =
                onEnd -> {
                    release.set(onEnd);
                    return () -> release.set(null);
                };
        this.thread =
                new Thread(
                        () -> {
                            try {
                                code.complete(
                                        tool.equals("util")
                                                ? UtilTool.run(
                                                        new LinuxDisk(),
                                                        new SystemClock(),
                                                        directory,
                                                        console,
                                                        words)
                                                : CtlTool.run(
                                                        console,
                                                        environment,
                                                        directory,
                                                        signals,
                                                        words));
                            } catch (RuntimeException | Error e) {
                                code.completeExceptionally(e);
                            } finally {
                                endStreams();
                            }
                        },
                        tool + " " + String.join(" ", words));
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * What the virtual machine does with a signal: the release if there is one, else the end. A
     * process prints nothing from then on, so what this thread does about its interruption is not
     * heard.
     */
    void signal(String name) {
        Runnable onEnd = release.get();
        if (onEnd != null) {
            onEnd.run();
            endStreams();
            code.complete(0);
        } else {
            endStreams();
            code.complete(name.equals("TERM") ? SIGTERM_CODE : SIGINT_CODE);
        }
        thread.interrupt();
    }

    private void endStreams() {
        out.end();
        err.end();
    }

    /** The exit code. */
    int await(long limitNanos) throws InterruptedException {
        try {
            return code.get(limitNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new AssertionError(
                    thread.getName() + " did not end; so far:\n" + out.text() + err.text(), e);
        } catch (ExecutionException e) {
            throw new AssertionError(thread.getName(), e.getCause());
        }
    }
}
