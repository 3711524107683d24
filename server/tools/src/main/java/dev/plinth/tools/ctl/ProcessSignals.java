package dev.plinth.tools.ctl;

/** The signals of this process: what the virtual machine runs before it ends. */
final class ProcessSignals implements EndSignals {
    @Override
    public Registration onEnd(Runnable release) {
        Thread hook =
                new Thread(
                        () -> {
                            release.run();
                            // Instead of 128 plus the signal's number.
                            Runtime.getRuntime().halt(0);
                        },
                        "end");
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException _) {
                // The process is ending: the hook runs.
            }
        };
    }
}
