package dev.plinth.server.peer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.core.ClusterCalls;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets a member whose files are damaged come back under another id, and get its vote again. Not a
 * part of etcd's protocol.
 *
 * <pre>
 * POST /plinth/members/rejoin   {"peerURLs": [...]}    the members, the new one included
 * POST /plinth/members/vote/ID                         the leader gives a learner its vote
 * </pre>
 *
 * <p><b>Why another id.</b> Damaged files may have lost entries that the member acknowledged, and
 * votes that it gave. Under its old id it could acknowledge and vote again as if it had them. So
 * the old id is removed by a quorum that does not count it, and the new one begins as a learner
 * with nothing that anybody relies on.
 *
 * <p><b>When not.</b> Unless this member reaches, itself included, a majority of all voters without
 * the damaged one: then the acknowledged writes may be on the damaged disk alone. Nor while the
 * member in question is reached: then it is not the one that asks.
 */
public final class RejoinEndpoint implements PeerRouter.Endpoint {
    static final String REJOIN = "/plinth/members/rejoin";
    static final String VOTE = "/plinth/members/vote/";
    static final String PREFIX = "/plinth/members/";
    private static final int REQUEST_BYTES_MAX = 64 << 10;

    private final LocalMember member;
    private final ClusterCalls cluster;
    private final LongPredicate isReached;

    /** Peer URLs of those that were removed here and could not be added yet. */
    private final Set<Set<String>> owed = ConcurrentHashMap.newKeySet();

    /**
     * @param member this member
     * @param cluster carries the changes out
     * @param isReached whether another member is connected
     */
    public RejoinEndpoint(LocalMember member, ClusterCalls cluster, LongPredicate isReached) {
        this.member = member;
        this.cluster = cluster;
        this.isReached = isReached;
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        if (!exchange.method().equals("POST")) {
            return RequestBody.ignored(() -> exchange.refuseMethod("POST"));
        }
        exchange.answerHeader(PeerHeaders.CLUSTER, MemberIds.text(member.clusterId()));
        String path = exchange.path();
        if (path.startsWith(VOTE)) {
            return RequestBody.ignored(() -> vote(exchange, path.substring(VOTE.length())));
        }
        if (!path.equals(REJOIN)) {
            return RequestBody.ignored(() -> exchange.refuse(404, "404 page not found"));
        }
        return new WholeBody(
                REQUEST_BYTES_MAX,
                () -> exchange.refuse(400, "error reading body"),
                body -> rejoin(exchange, body));
    }

    private void vote(PeerExchange exchange, String id) {
        try {
            answer(exchange, cluster.promoteAsLeader(Long.parseUnsignedLong(id)));
        } catch (NumberFormatException e) {
            exchange.refuse(404, "member " + id + " not found in cluster");
        }
    }

    private void rejoin(PeerExchange exchange, byte[] body) {
        List<String> urls;
        try {
            urls = peerUrls(body);
        } catch (JsonParseException | IllegalStateException | ClassCastException e) {
            exchange.refuse(400, "error unmarshalling request");
            return;
        }
        List<ClusterMember> members = member.members();
        ClusterMember former =
                members.stream()
                        .filter(known -> Set.copyOf(known.peerUrls()).equals(Set.copyOf(urls)))
                        .findAny()
                        .orElse(null);
        if (former != null && former.isLearner() && former.name().isEmpty()) {
            // Agreed to before, and nobody has begun to be this member since.
            owed.remove(Set.copyOf(urls));
            answer(exchange, CompletableFuture.completedStage(members));
            return;
        }
        if (former == null) {
            if (owed.contains(Set.copyOf(urls))) {
                answer(exchange, add(urls));
            } else {
                exchange.refuse(503, "no member has the peer URLs " + urls);
            }
            return;
        }
        String refusal = refusal(members, former);
        if (refusal != null) {
            exchange.refuse(503, refusal);
            return;
        }
        answer(
                exchange,
                cluster.remove(former.id())
                        .thenCompose(_ -> {
                            owed.add(Set.copyOf(urls));
                            return add(urls);
                        }));
    }

    /**
     * The second half. It may be refused where the first was not, such as while the others have
     * been connected for a moment only; the damaged member then asks again.
     */
    private CompletionStage<List<ClusterMember>> add(List<String> urls) {
        return cluster.add(urls, true)
                .thenApply(added -> {
                    owed.remove(Set.copyOf(urls));
                    return added.members();
                });
    }

    private @Nullable String refusal(List<ClusterMember> members, ClusterMember former) {
        if (former.id() == member.memberId() || isReached.test(former.id())) {
            return "member %s is running".formatted(MemberIds.text(former.id()));
        }
        return EnoughOthers.refusal(
                members, former.id(), id -> id == member.memberId() || isReached.test(id));
    }

    private static List<String> peerUrls(byte[] body) {
        JsonObject json =
                JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
        List<String> urls = new ArrayList<>();
        JsonElement list = json.get("peerURLs");
        if (list != null) {
            list.getAsJsonArray().forEach(url -> urls.add(url.getAsString()));
        }
        if (urls.isEmpty()) {
            throw new IllegalStateException("no peer URLs");
        }
        return urls;
    }

    private static void answer(PeerExchange exchange, CompletionStage<List<ClusterMember>> result) {
        var _ =
                result.whenComplete((members, failure) -> {
                    if (members != null) {
                        exchange.answer(200, PeerExchange.JSON, MemberJson.writeList(members));
                    } else {
                        String reason = String.valueOf(RefusedException.of(failure).getMessage());
                        exchange.refuse(503, reason);
                    }
                });
    }
}
