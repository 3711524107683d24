package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.log.Log;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** Finds the endpoint of a request, by path. Source: peer-protocol.md 2. */
public final class PeerRouter {
    /** Serves the requests of one path, or of all paths below one. */
    interface Endpoint {
        /** Begins to serve a request. */
        RequestBody begin(PeerExchange exchange);
    }

    private final PeerIdentity self;
    private final RaftEndpoint pipeline;
    private final StreamEndpoint streams;
    private final SnapshotEndpoint snapshots;
    private final MemberEndpoints members;
    private final @Nullable LeaseEndpoint leases;
    private final @Nullable PromotionEndpoint promotions;
    private final @Nullable HashEndpoint hashes;
    private final @Nullable RejoinEndpoint rejoins;
    private final Log log;

    /**
     * @param transport whom the raft endpoints belong to
     * @param snapshots takes snapshots
     * @param members answers about this member and the cluster
     * @param leases renews leases for other members; null until this member serves
     * @param promotions gives learners a vote; null until this member serves
     * @param hashes hashes this member's keys; null until this member serves
     * @param rejoins takes damaged members back; null until this member serves
     */
    public PeerRouter(
            NettyPeerTransport transport,
            SnapshotSink snapshots,
            MemberEndpoints members,
            @Nullable LeaseEndpoint leases,
            @Nullable PromotionEndpoint promotions,
            @Nullable HashEndpoint hashes,
            @Nullable RejoinEndpoint rejoins) {
        PeerSurroundings surroundings = transport.surroundings();
        this.self = surroundings.self();
        this.log = surroundings.log();
        this.pipeline = new RaftEndpoint(transport);
        this.streams = new StreamEndpoint(transport);
        this.snapshots = new SnapshotEndpoint(transport, snapshots);
        this.members = members;
        this.leases = leases;
        this.promotions = promotions;
        this.hashes = hashes;
        this.rejoins = rejoins;
    }

    Log log() {
        return log;
    }

    static FullHttpResponse continueResponse() {
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE);
    }

    /** Begins to serve a request; on the connection's event loop. */
    RequestBody route(PeerExchange exchange) {
        String path = exchange.path();
        if (path.startsWith("/raft")) {
            return routeRaft(path, exchange);
        }
        LeaseEndpoint leasing = leases;
        if (path.startsWith("/leases") && leasing != null) {
            return leasing.begin(exchange);
        }
        PromotionEndpoint promoting = promotions;
        if (path.startsWith(PromotionEndpoint.PREFIX) && promoting != null) {
            return promoting.begin(exchange);
        }
        HashEndpoint hashing = hashes;
        if (path.equals(HashEndpoint.PATH) && hashing != null) {
            return hashing.begin(exchange);
        }
        RejoinEndpoint rejoining = rejoins;
        if (path.startsWith(RejoinEndpoint.PREFIX) && rejoining != null) {
            return rejoining.begin(exchange);
        }
        return members.begin(exchange);
    }

    private RequestBody routeRaft(String path, PeerExchange exchange) {
        if (path.equals("/raft/probing")) {
            return RequestBody.ignored(() -> members.probe(exchange));
        }
        Endpoint endpoint;
        String method = "POST";
        if (path.equals("/raft")) {
            endpoint = pipeline;
        } else if (path.equals("/raft/snapshot")) {
            endpoint = snapshots;
        } else if (path.startsWith("/raft/stream/")) {
            endpoint = streams;
            method = "GET";
        } else {
            return RequestBody.ignored(() -> exchange.refuse(404, "404 page not found"));
        }
        boolean asksForPart =
                endpoint.equals(snapshots) && exchange.headers().contains(PeerHeaders.TRANSFER);
        if (!exchange.method().equals(method)
                && !(asksForPart && exchange.method().equals("GET"))) {
            String allowed = method;
            return RequestBody.ignored(() -> exchange.refuseMethod(allowed));
        }
        exchange.answerHeader(PeerHeaders.CLUSTER, MemberIds.text(self.clusterId()));
        if (endpoint.equals(streams)) {
            exchange.answerHeader(PeerHeaders.VERSION, self.release());
        }
        String refusal = PeerHeaders.refusal(exchange.headers(), self, log);
        if (refusal != null) {
            return RequestBody.ignored(() -> exchange.refuse(412, refusal));
        }
        return endpoint.begin(exchange);
    }
}
