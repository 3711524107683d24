package dev.plinth.server.core;

import java.util.concurrent.CompletionException;

/**
 * A request that is refused for a reason the caller is told.
 *
 * <p>Without a stack trace: a refusal is an answer, not a fault. One instance per fixed reason is
 * shared.
 */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final EtcdError error;

    private RefusedException(EtcdError error, String text) {
        super(text, null, false, false);
        this.error = error;
    }

    /** A refusal for a reason of the catalogue. */
    public static RefusedException of(EtcdError error) {
        assert error != EtcdError.UNMAPPED : "needs a text";
        return new RefusedException(error, error.name());
    }

    /** A refusal for a reason whose text depends on the request. */
    public static RefusedException of(EtcdError error, String text) {
        return new RefusedException(error, text);
    }

    /** A refusal that clients see as status Unknown with exactly this text. */
    public static RefusedException unmapped(String text) {
        return new RefusedException(EtcdError.UNMAPPED, text);
    }

    /** The refusal that a stage failed with, wrapped or not. */
    public static RefusedException of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : failure;
        return cause instanceof RefusedException refused
                ? refused
                : unmapped(String.valueOf(cause.getMessage()));
    }

    /** The reason. */
    public EtcdError error() {
        return error;
    }
}
