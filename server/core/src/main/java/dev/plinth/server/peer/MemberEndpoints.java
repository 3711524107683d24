package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * What a member tells of itself and of the cluster: {@code /members}, {@code /version}, {@code
 * /downgrade/enabled}, {@code /raft/probing}. Source: peer-protocol.md 8 and 10.
 */
public final class MemberEndpoints implements PeerRouter.Endpoint {
    private final LocalMember member;
    private final LongSupplier wallMillis;

    /**
     * @param member this member
     * @param wallMillis time of day
     */
    public MemberEndpoints(LocalMember member, LongSupplier wallMillis) {
        this.member = member;
        this.wallMillis = wallMillis;
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        return RequestBody.ignored(() -> serve(exchange));
    }

    private void serve(PeerExchange exchange) {
        switch (exchange.path()) {
            case "/members" -> {
                exchange.answerHeader(PeerHeaders.CLUSTER, MemberIds.text(member.clusterId()));
                if (isGet(exchange)) {
                    exchange.answer(200, PeerExchange.JSON, MemberJson.writeList(member.members()));
                }
            }
            case "/version" -> {
                if (isGet(exchange)) {
                    exchange.answer(200, PeerExchange.JSON, version());
                }
            }
            case "/downgrade/enabled" -> {
                exchange.answerHeader(PeerHeaders.CLUSTER, MemberIds.text(member.clusterId()));
                if (isGet(exchange)) {
                    downgradeEnabled(exchange);
                }
            }
            default -> exchange.refuse(404, "404 page not found");
        }
    }

    private static boolean isGet(PeerExchange exchange) {
        if (exchange.method().equals("GET") || exchange.method().equals("HEAD")) {
            return true;
        }
        exchange.refuseMethod("GET");
        return false;
    }

    private void downgradeEnabled(PeerExchange exchange) {
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        exchange.answer(
                                200,
                                "text/plain",
                                Boolean.toString(member.downgradeTarget() != null));
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        exchange.refuse(500, "failed linearized read: " + reason.getMessage());
                    }
                });
    }

    private String version() {
        String cluster = member.clusterVersion();
        String storage = member.storageVersion();
        StringBuilder json = new StringBuilder("{\"etcdserver\":\"");
        json.append(member.serverVersion());
        json.append("\",\"etcdcluster\":\"").append(cluster == null ? "not_decided" : cluster);
        if (!member.serverVersion().startsWith("3.5.")) {
            json.append("\",\"storage\":\"").append(storage == null ? "unknown" : storage);
        }
        return json.append("\"}").toString();
    }

    void probe(PeerExchange exchange) {
        String now = Instant.ofEpochMilli(wallMillis.getAsLong()).toString();
        exchange.answer(200, PeerExchange.TEXT, "{\"OK\":true,\"Now\":\"" + now + "\"}\n");
    }
}
