package dev.plinth.server.peer;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.MemberHash;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks members of a cluster about it. Blocks; for the start and for background threads. Source:
 * peer-protocol.md 10 and 11.
 */
public final class RemoteCluster {
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    /**
     * A cluster as one of its members tells it.
     *
     * @param clusterId its id
     * @param members its members
     */
    public record Described(long clusterId, List<ClusterMember> members) {}

    /**
     * What a member runs.
     *
     * @param server its release
     * @param cluster the version that its cluster has agreed on, or {@code not_decided}
     */
    public record MemberVersions(String server, String cluster) {}

    private final PeerHttp http;

    /**
     * @param http sends the requests
     */
    public RemoteCluster(PeerHttp http) {
        this.http = http;
    }

    /** The first description that one of the URLs gives; null when none does. */
    public @Nullable Described describe(List<String> urls, long timeoutNanos)
            throws InterruptedException {
        for (String url : urls) {
            PeerHttp.Answer answer = get(url, "/members", timeoutNanos);
            if (answer == null || answer.status() != 200) {
                continue;
            }
            try {
                long clusterId = MemberIds.parse(answer.headers().get(PeerHeaders.CLUSTER, ""));
                List<ClusterMember> members = MemberJson.readList(answer.text());
                if (!members.isEmpty()) {
                    return new Described(clusterId, members);
                }
            } catch (IllegalArgumentException _) {
                // This one talks nonsense; the next may know.
            }
        }
        return null;
    }

    /** What a member runs; null when it cannot be asked. */
    public @Nullable MemberVersions versions(List<String> urls, long timeoutNanos)
            throws InterruptedException {
        for (String url : urls) {
            PeerHttp.Answer answer = get(url, "/version", timeoutNanos);
            if (answer == null || answer.status() != 200) {
                continue;
            }
            try {
                JsonObject json = JsonParser.parseString(answer.text()).getAsJsonObject();
                if (!json.has("etcdserver") || !json.has("etcdcluster")) {
                    continue;
                }
                return new MemberVersions(
                        json.get("etcdserver").getAsString(),
                        json.get("etcdcluster").getAsString());
            } catch (JsonParseException | IllegalStateException _) {
                // As above.
            }
        }
        return null;
    }

    /** Whether a member says that a downgrade runs; null when it cannot be asked. */
    public @Nullable Boolean isDowngradeEnabled(List<String> urls, long timeoutNanos)
            throws InterruptedException {
        for (String url : urls) {
            PeerHttp.Answer answer = get(url, "/downgrade/enabled", timeoutNanos);
            if (answer != null && answer.status() == 200) {
                return answer.text().equals("true");
            }
        }
        return null;
    }

    /** The hash of a member's keys at a revision; null when it has none or cannot be asked. */
    public @Nullable MemberHash hash(
            ClusterMember member, long clusterId, long revision, long timeoutNanos)
            throws InterruptedException {
        byte[] body = ("{\"revision\":" + revision + "}").getBytes(StandardCharsets.UTF_8);
        for (String url : member.peerUrls()) {
            try {
                PeerHttp.Answer answer =
                        http.get(
                                        URI.create(url),
                                        HashEndpoint.PATH,
                                        Unpooled.wrappedBuffer(body),
                                        headers ->
                                                headers.set(
                                                        PeerHeaders.CLUSTER,
                                                        MemberIds.text(clusterId)),
                                        timeoutNanos,
                                        ANSWER_BYTES_MAX)
                                .get(timeoutNanos, TimeUnit.NANOSECONDS);
                if (answer.status() == 200) {
                    JsonObject json = JsonParser.parseString(answer.text()).getAsJsonObject();
                    return new MemberHash(
                            member.id(),
                            number(json.getAsJsonObject("header"), "revision"),
                            number(json, "hash"),
                            number(json, "compact_revision"));
                }
            } catch (ExecutionException
                    | TimeoutException
                    | JsonParseException
                    | IllegalStateException
                    | IllegalArgumentException
                    | ClassCastException _) {
                // Not reached, or it talks nonsense; the next URL may be better.
            }
        }
        return null;
    }

    private static long number(@Nullable JsonObject json, String name) {
        return json == null || !json.has(name) ? 0 : json.get(name).getAsLong();
    }

    private PeerHttp.@Nullable Answer get(String url, String path, long timeoutNanos)
            throws InterruptedException {
        try {
            return http.get(URI.create(url), path, _ -> {}, timeoutNanos, ANSWER_BYTES_MAX)
                    .get(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
            return null;
        }
    }
}
