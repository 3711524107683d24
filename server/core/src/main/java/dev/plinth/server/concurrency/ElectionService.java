package dev.plinth.server.concurrency;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.api.v3electionpb.CampaignRequest;
import dev.plinth.api.v3electionpb.CampaignResponse;
import dev.plinth.api.v3electionpb.ElectionGrpc;
import dev.plinth.api.v3electionpb.LeaderKey;
import dev.plinth.api.v3electionpb.LeaderRequest;
import dev.plinth.api.v3electionpb.LeaderResponse;
import dev.plinth.api.v3electionpb.ProclaimRequest;
import dev.plinth.api.v3electionpb.ProclaimResponse;
import dev.plinth.api.v3electionpb.ResignRequest;
import dev.plinth.api.v3electionpb.ResignResponse;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * Elections by name: the candidate whose key was created first leads, and the key's value is what
 * it proclaims.
 */
final class ElectionService extends ElectionGrpc.ElectionImplBase {
    private static final String LEADER_MISSING = "\"leader\" field must be provided";

    private final Channel own;

    /** Works through the member's own services. */
    ElectionService(Channel own) {
        this.own = own;
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> observer) {
        Answers.answer(own, observer, channel -> campaign(request, channel));
    }

    private static CampaignResponse campaign(CampaignRequest request, Channel channel)
            throws StatusException, InterruptedException {
        Contenders candidates = new Contenders(channel, request.getName());
        long lease = Contenders.session(channel, request.getLease());
        ByteString key = candidates.key(lease);
        TxnResponse entered =
                candidates.enter(
                        TxnRequest.newBuilder()
                                .addCompare(Contenders.created(key, 0))
                                .addSuccess(Contenders.put(key, request.getValue(), lease))
                                .addFailure(Contenders.get(key))
                                .build());
        LeaderKey.Builder leader =
                LeaderKey.newBuilder()
                        .setName(request.getName())
                        .setKey(key)
                        .setLease(lease)
                        .setRev(entered.getHeader().getRevision());
        if (!entered.getSucceeded()) {
            KeyValue present = entered.getResponses(0).getResponseRange().getKvs(0);
            leader.setRev(present.getCreateRevision());
            if (!present.getValue().equals(request.getValue())) {
                proclaimAgain(candidates, leader.build(), request.getValue());
            }
        }
        awaitOffice(candidates, leader.build());
        return CampaignResponse.newBuilder()
                .setHeader(entered.getHeader())
                .setLeader(leader)
                .build();
    }

    private static void proclaimAgain(Contenders candidates, LeaderKey leader, ByteString value)
            throws StatusException {
        try {
            proclaim(candidates, leader, leader.getLease(), value);
        } catch (StatusException | StatusRuntimeException e) {
            Answers.withdraw(candidates, own -> resign(own, leader));
            throw e;
        }
    }

    private static void awaitOffice(Contenders candidates, LeaderKey leader)
            throws StatusException, InterruptedException {
        try {
            candidates.awaitTurn(leader.getRev());
        } catch (StatusException | StatusRuntimeException | InterruptedException e) {
            if (Answers.isCallerGone()) {
                Answers.withdraw(candidates, own -> resign(own, leader));
            }
            throw e;
        }
    }

    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> observer) {
        Answers.answer(
                own,
                observer,
                channel -> {
                    if (!request.hasLeader()) {
                        throw Answers.unknown(LEADER_MISSING);
                    }
                    LeaderKey leader = request.getLeader();
                    long lease = Contenders.session(channel, leader.getLease());
                    Contenders candidates = new Contenders(channel, leader.getName());
                    return ProclaimResponse.newBuilder()
                            .setHeader(proclaim(candidates, leader, lease, request.getValue()))
                            .build();
                });
    }

    private static ResponseHeader proclaim(
            Contenders candidates, LeaderKey leader, long lease, ByteString value)
            throws StatusException {
        TxnResponse response =
                candidates.txn(
                        TxnRequest.newBuilder()
                                .addCompare(Contenders.created(leader.getKey(), leader.getRev()))
                                .addSuccess(Contenders.put(leader.getKey(), value, lease))
                                .build());
        if (!response.getSucceeded()) {
            throw Answers.unknown("election: not leader");
        }
        return response.getHeader();
    }

    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> observer) {
        Answers.answer(
                own,
                observer,
                channel -> {
                    if (!request.hasLeader()) {
                        throw Answers.unknown(LEADER_MISSING);
                    }
                    LeaderKey leader = request.getLeader();
                    long _ = Contenders.session(channel, leader.getLease());
                    Contenders candidates = new Contenders(channel, leader.getName());
                    return ResignResponse.newBuilder()
                            .setHeader(resign(candidates, leader))
                            .build();
                });
    }

    /** One who does not lead resigns without effect. */
    private static ResponseHeader resign(Contenders candidates, LeaderKey leader)
            throws StatusException {
        return candidates
                .txn(
                        TxnRequest.newBuilder()
                                .addCompare(Contenders.created(leader.getKey(), leader.getRev()))
                                .addSuccess(Contenders.deletion(leader.getKey()))
                                .build())
                .getHeader();
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
        Answers.answer(
                own,
                observer,
                channel -> {
                    Contenders candidates = new Contenders(channel, request.getName());
                    RangeResponse oldest = candidates.range(candidates.oldest());
                    if (oldest.getKvsCount() == 0) {
                        throw Answers.unknown("election: no leader");
                    }
                    return response(oldest.getHeader(), oldest.getKvs(0));
                });
    }

    private static LeaderResponse response(ResponseHeader header, KeyValue leader) {
        return LeaderResponse.newBuilder().setHeader(header).setKv(leader).build();
    }

    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
        // With a handler, sending to a caller who has gone away has no effect instead of failing;
        // the reads and watches end by the call's context.
        ((ServerCallStreamObserver<LeaderResponse>) observer).setOnCancelHandler(() -> {});
        Answers.end(
                observer,
                () -> {
                    Channel channel = Answers.onBehalfOfCaller(own);
                    Contenders candidates = new Contenders(channel, request.getName());
                    while (true) {
                        LeaderResponse present = present(candidates);
                        observer.onNext(present);
                        follow(candidates, present, observer);
                    }
                });
    }

    /** The leader, waited for when there is none. */
    private static LeaderResponse present(Contenders candidates)
            throws StatusException, InterruptedException {
        RangeResponse oldest = candidates.range(candidates.oldest());
        if (oldest.getKvsCount() > 0) {
            return response(oldest.getHeader(), oldest.getKvs(0));
        }
        WatchResponse put = candidates.awaitFirstPut(oldest.getHeader().getRevision());
        KeyValue leader = put.getEvents(0).getKv();
        return response(
                put.getHeader().toBuilder().setRevision(leader.getModRevision()).build(), leader);
    }

    /** Sends each new value of the leader's key until it is deleted. */
    private static void follow(
            Contenders candidates, LeaderResponse present, StreamObserver<LeaderResponse> observer)
            throws StatusException, InterruptedException {
        ByteString key = present.getKv().getKey();
        try (KeyWatch watch = candidates.watch(key, present.getHeader().getRevision() + 1)) {
            while (true) {
                WatchResponse news = watch.next();
                for (Event event : news.getEventsList()) {
                    if (event.getType() == Event.EventType.DELETE) {
                        return;
                    }
                    observer.onNext(response(news.getHeader(), event.getKv()));
                }
            }
        }
    }
}
