package dev.plinth.client;

import io.grpc.Status;
import io.grpc.Status.Code;
import org.jspecify.annotations.Nullable;

/**
 * A call was refused or did not get through. The class says what a program can do about it, {@link
 * #reason} which refusal of the catalogue it was, the message is the server's own text.
 */
public sealed class EtcdException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final String RENDERED = "rpc error: code = ";
    private static final String DESCRIPTION = " desc = ";

    private final Reason reason;
    private final Code code;

    private EtcdException(Reason reason, Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.code = code;
    }

    /** Which refusal it was; {@link Reason#OTHER} if it is not in the catalogue. */
    public final Reason reason() {
        return reason;
    }

    /** The status of the call. */
    public final Code code() {
        return code;
    }

    /** The revision asked for is no longer there. */
    public static final class Compacted extends EtcdException {
        private static final long serialVersionUID = 1L;
        private final long compactRevision;

        private Compacted(long compactRevision) {
            super(Reason.COMPACTED, Reason.COMPACTED.code(), Reason.COMPACTED.text(), null);
            this.compactRevision = compactRevision;
        }

        /** Up to where history was removed; 0 if the server did not say. */
        public long compactRevision() {
            return compactRevision;
        }
    }

    /** The lease has run out, was revoked, or never was. */
    public static final class LeaseNotFound extends EtcdException {
        private static final long serialVersionUID = 1L;

        private LeaseNotFound() {
            super(
                    Reason.LEASE_NOT_FOUND,
                    Reason.LEASE_NOT_FOUND.code(),
                    Reason.LEASE_NOT_FOUND.text(),
                    null);
        }
    }

    /** The user may not do this, or is not who he says. */
    public static final class PermissionDenied extends EtcdException {
        private static final long serialVersionUID = 1L;

        private PermissionDenied(Reason reason, Code code, String message, Throwable cause) {
            super(reason, code, message, cause);
        }
    }

    /**
     * No server could do it just now, and none has: the same call may be made again. Of a write
     * this is said only if it was never sent.
     */
    public static final class Unavailable extends EtcdException {
        private static final long serialVersionUID = 1L;

        private Unavailable(Reason reason, Code code, String message, @Nullable Throwable cause) {
            super(reason, code, message, cause);
        }
    }

    /** Not answered in time. Of a write this is said only if it was never sent. */
    public static final class DeadlineExceeded extends EtcdException {
        private static final long serialVersionUID = 1L;

        private DeadlineExceeded(String message, Throwable cause) {
            super(Reason.DEADLINE_EXCEEDED, Code.DEADLINE_EXCEEDED, message, cause);
        }
    }

    /**
     * A write was sent and no word of it came back: it may have been done, may still be done, or
     * never will be. The program has to look before it does it again.
     */
    public static final class OutcomeUnknown extends EtcdException {
        private static final long serialVersionUID = 1L;

        private OutcomeUnknown(Reason reason, Code code, String message, Throwable cause) {
            super(reason, code, message, cause);
        }
    }

    /** The caller gave up, was interrupted, or the client was closed. */
    public static final class Cancelled extends EtcdException {
        private static final long serialVersionUID = 1L;

        private Cancelled(Reason reason, String message, @Nullable Throwable cause) {
            super(reason, Code.CANCELLED, message, cause);
        }
    }

    /** The server said no; {@link #reason} tells why. */
    public static final class Refused extends EtcdException {
        private static final long serialVersionUID = 1L;

        private Refused(Reason reason, Code code, String message, @Nullable Throwable cause) {
            super(reason, code, message, cause);
        }
    }

    /** The failure that a call's status stands for, where nothing was changed by it. */
    static EtcdException of(Status status) {
        Reason reason = Reason.of(status.getDescription());
        Code code = status.getCode();
        String message = message(status);
        Throwable cause = status.asRuntimeException();
        return switch (reason) {
            case COMPACTED -> new Compacted(0);
            case LEASE_NOT_FOUND -> new LeaseNotFound();
            case PERMISSION_DENIED,
                    AUTHENTICATION_FAILED,
                    INVALID_AUTH_TOKEN,
                    AUTH_REVISION_OLD,
                    USER_NAME_EMPTY ->
                    new PermissionDenied(reason, code, message, cause);
            default ->
                    switch (code) {
                        case UNAVAILABLE -> new Unavailable(reason, code, message, cause);
                        case DEADLINE_EXCEEDED -> new DeadlineExceeded(message, cause);
                        case CANCELLED -> new Cancelled(reason, message, cause);
                        default -> new Refused(reason, code, message, cause);
                    };
        };
    }

    static EtcdException of(Reason reason) {
        return of(reason.code().toStatus().withDescription(reason.text()));
    }

    static EtcdException compacted(long compactRevision) {
        return new Compacted(compactRevision);
    }

    static EtcdException interrupted(InterruptedException cause) {
        return new Cancelled(Reason.OTHER, "interrupted", cause);
    }

    static EtcdException invalid(String message) {
        return new Refused(Reason.OTHER, Code.INVALID_ARGUMENT, message, null);
    }

    /**
     * The failure of a write that was sent: all but a clear refusal leaves open what became of it.
     */
    static EtcdException ofWrite(Status status) {
        Reason reason = Reason.of(status.getDescription());
        boolean isOpen =
                switch (status.getCode()) {
                    case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, INTERNAL, DATA_LOSS -> true;
                    case UNKNOWN -> reason == Reason.OTHER;
                    default -> false;
                };
        return isOpen
                ? new OutcomeUnknown(
                        reason, status.getCode(), message(status), status.asRuntimeException())
                : of(status);
    }

    /** The reason of a watch that was refused: a status as Go clients print it, or a bare text. */
    static EtcdException ofCancelReason(String text) {
        int description = text.indexOf(DESCRIPTION);
        String bare =
                text.startsWith(RENDERED) && description > 0
                        ? text.substring(description + DESCRIPTION.length())
                        : text;
        Reason reason = Reason.of(bare);
        return reason == Reason.OTHER
                ? new Refused(reason, Code.FAILED_PRECONDITION, bare, null)
                : of(reason);
    }

    private static String message(Status status) {
        String description = status.getDescription();
        return description == null
                ? status.getCode().name()
                : Reason.of(description) == Reason.OTHER
                        ? status.getCode() + ": " + description
                        : description;
    }
}
