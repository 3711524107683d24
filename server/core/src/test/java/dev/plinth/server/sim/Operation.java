package dev.plinth.server.sim;

import com.google.protobuf.Message;
import dev.plinth.server.core.EtcdError;
import org.jspecify.annotations.Nullable;

/** One request of a client, and what became of it. */
final class Operation {
    static final long NEVER = Long.MAX_VALUE;

    /** What is asked. */
    enum Kind {
        PUT,
        DELETE,
        TXN,
        COMPACT,
        GRANT,
        REVOKE,
        /** A linearizable read. */
        RANGE,
        /** A read of whatever the member has. */
        SERIALIZABLE_RANGE,
        RENEW;

        boolean isWrite() {
            return switch (this) {
                case PUT, DELETE, TXN, COMPACT, GRANT, REVOKE -> true;
                case RANGE, SERIALIZABLE_RANGE, RENEW -> false;
            };
        }
    }

    final int client;
    final Kind kind;
    final Message request;
    final long begin;

    /** When the client had the answer; {@link #NEVER} if it is open or will never be known. */
    long end = NEVER;

    /** Identity of a write in the log; 0 before it was proposed. */
    long requestId;

    /** The answer without its header; null for a refusal, or if there is none. */
    @Nullable Message answer;

    /** Revision of the answer's header. */
    long revision;

    /** Why the state machine refused it. */
    @Nullable EtcdError refusal;

    Operation(int client, Kind kind, Message request, long begin) {
        this.client = client;
        this.kind = kind;
        this.request = request;
        this.begin = begin;
    }

    boolean isAnswered() {
        return end != NEVER;
    }

    @Override
    public String toString() {
        return "client %d: %s %s -> %s at revision %d [%.6f, %s]"
                .formatted(
                        client,
                        kind,
                        oneLine(request),
                        refusal != null ? refusal : answer == null ? "?" : oneLine(answer),
                        revision,
                        begin / 1e9,
                        end == NEVER ? "open" : "%.6f".formatted(end / 1e9));
    }

    static String oneLine(Message message) {
        return message.toString().replaceAll("\\s+", " ");
    }
}
