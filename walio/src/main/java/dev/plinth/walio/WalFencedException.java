package dev.plinth.walio;

import java.io.IOException;

/**
 * The log has failed once and takes nothing any more: a write or a sync did not succeed, so what is
 * on the disk behind the last commit is unknown. The process has to end; the next start reads what
 * is there. The cause is the failed call.
 */
public final class WalFencedException extends IOException {
    private static final long serialVersionUID = 1L;

    WalFencedException(Throwable cause) {
        super("the log is fenced after a failed write: " + cause.getMessage(), cause);
    }
}
