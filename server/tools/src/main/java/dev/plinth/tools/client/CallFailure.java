package dev.plinth.tools.client;

import dev.plinth.server.core.EtcdError;
import dev.plinth.server.rpc.ErrorMapping;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.Locale;

/** A call was refused or did not get through; the message is what etcd's client shows. */
public final class CallFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private static final String DEADLINE = "context deadline exceeded";

    private final transient Status status;

    private CallFailure(String message, Status status) {
        super(message);
        this.status = status;
    }

    /** The failure that a status stands for. */
    public static CallFailure of(Status status) {
        return new CallFailure(text(status), status);
    }

    /** A failure on this side of the wire. */
    public static CallFailure local(String message) {
        return new CallFailure(message, Status.UNKNOWN.withDescription(message));
    }

    /** What went wrong, in one line. */
    public String text() {
        return String.valueOf(getMessage());
    }

    Status status() {
        return status;
    }

    /** Whether the server refused for just that reason. */
    public boolean is(EtcdError error) {
        String description = ErrorMapping.status(error).getDescription();
        return description != null && description.equals(status.getDescription());
    }

    private static String text(Status status) {
        String description = status.getDescription() == null ? "" : status.getDescription();
        if (isKnown(description)) {
            return description;
        }
        return switch (status.getCode()) {
            case DEADLINE_EXCEEDED -> DEADLINE;
            case CANCELLED -> "context canceled";
            default -> "rpc error: code = " + goName(status.getCode()) + " desc = " + description;
        };
    }

    /** The reason of a watch that the server cancelled after it had begun. */
    static String reason(String cancelReason) {
        return isKnown(cancelReason)
                ? cancelReason
                : "rpc error: code = FailedPrecondition desc = " + cancelReason;
    }

    private static boolean isKnown(String description) {
        if (!description.startsWith("etcdserver: ")) {
            return false;
        }
        for (EtcdError error : EtcdError.values()) {
            if (description.equals(ErrorMapping.status(error).getDescription())) {
                return true;
            }
        }
        return false;
    }

    /** {@code INVALID_ARGUMENT} as {@code InvalidArgument}. */
    private static String goName(Code code) {
        if (code == Code.CANCELLED) {
            return "Canceled";
        }
        StringBuilder name = new StringBuilder();
        for (String word : code.name().split("_")) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }
}
