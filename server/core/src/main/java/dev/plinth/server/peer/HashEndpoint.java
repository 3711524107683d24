package dev.plinth.server.peer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.plinth.mvcc.HashResult;
import dev.plinth.mvcc.MvccException;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.core.LocalMember;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;

/** {@code /members/hashkv}: others compare their keys with this member's. */
public final class HashEndpoint implements PeerRouter.Endpoint {
    static final String PATH = "/members/hashkv";
    private static final int REQUEST_BYTES_MAX = 64 << 10;

    /** Hashes the keys as of a revision, 0 for the current one; takes its time. */
    public interface Hasher {
        /** The hash. */
        HashResult hash(long revision) throws MvccException;
    }

    private final LocalMember member;
    private final Hasher hasher;
    private final Executor background;

    /**
     * @param member this member
     * @param hasher hashes its keys
     * @param background runs that
     */
    public HashEndpoint(LocalMember member, Hasher hasher, Executor background) {
        this.member = member;
        this.hasher = hasher;
        this.background = background;
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        if (!exchange.method().equals("GET")) {
            return RequestBody.ignored(() -> exchange.refuseMethod("GET"));
        }
        String own = MemberIds.text(member.clusterId());
        if (!exchange.headers().get(PeerHeaders.CLUSTER, own).equals(own)) {
            return RequestBody.ignored(() -> exchange.refuse(412, "cluster ID mismatch"));
        }
        exchange.answerHeader(PeerHeaders.CLUSTER, own);
        return new WholeBody(
                REQUEST_BYTES_MAX,
                () -> exchange.refuse(400, "error reading body"),
                body -> {
                    try {
                        long revision = revision(body);
                        background.execute(() -> answer(exchange, revision));
                    } catch (JsonParseException | IllegalStateException | NumberFormatException e) {
                        exchange.refuse(400, "error unmarshalling request");
                    }
                });
    }

    private static long revision(byte[] body) {
        JsonObject json =
                JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
        JsonElement revision = json.get("revision");
        return revision == null || revision.isJsonNull() ? 0 : revision.getAsLong();
    }

    private void answer(PeerExchange exchange, long revision) {
        try {
            HashResult hash = hasher.hash(revision);
            exchange.answer(200, PeerExchange.JSON, json(hash));
        } catch (MvccException e) {
            String reason =
                    switch (e.reason()) {
                        case COMPACTED -> "mvcc: required revision has been compacted";
                        case FUTURE_REVISION -> "mvcc: required revision is a future revision";
                        default -> String.valueOf(e.getMessage());
                    };
            exchange.refuse(400, reason);
        }
    }

    /** Zero fields are left out; the hashed revision is told from 3.6 on. */
    private String json(HashResult hash) {
        StringBuilder json = new StringBuilder("{\"header\":{\"revision\":");
        json.append(hash.currentRevision()).append('}');
        append(json, "hash", hash.hash());
        append(json, "compact_revision", hash.compactRevision());
        if (!member.serverVersion().startsWith("3.5.")) {
            append(json, "hash_revision", hash.revision());
        }
        return json.append('}').toString();
    }

    private static void append(StringBuilder json, String name, long value) {
        if (value != 0) {
            json.append(",\"").append(name).append("\":").append(value);
        }
    }
}
