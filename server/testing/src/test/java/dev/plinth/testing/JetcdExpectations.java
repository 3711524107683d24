package dev.plinth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.election.NotLeaderException;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * etcd's Java client, as users have it, finds in Plinth the etcd that it expects. Each test has a
 * server without keys.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
abstract class JetcdExpectations {
    private String endpoint = "";
    private Client client = Client.builder().endpoints("http://127.0.0.1:1").build();

    /** Where the server of the present test is. */
    final void connect(String address) {
        client.close();
        endpoint = "http://" + address;
        client = Client.builder().endpoints(endpoint).build();
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    /** The answer, or what the server refused with. */
    static <T> T answer(CompletableFuture<T> call) {
        return call.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(20, TimeUnit.SECONDS);
        if (taken == null) {
            throw new AssertionError("nothing came in time");
        }
        return taken;
    }

    @Test
    void putsGetsAndDeletes() {
        KV kv = client.getKVClient();
        answer(kv.put(bytes("a/1"), bytes("one")));
        answer(kv.put(bytes("a/2"), bytes("two")));
        long before = answer(kv.put(bytes("b"), bytes("other"))).getHeader().getRevision();
        assertThat(
                        answer(
                                        kv.put(
                                                bytes("a/1"),
                                                bytes("uno"),
                                                PutOption.builder().withPrevKV().build()))
                                .getPrevKv()
                                .getValue())
                .isEqualTo(bytes("one"));

        GetResponse now =
                answer(
                        kv.get(
                                bytes("a/"),
                                GetOption.builder().isPrefix(true).withLimit(1).build()));
        assertThat(now.getCount()).isEqualTo(2);
        assertThat(now.isMore()).isTrue();
        assertThat(now.getKvs().getFirst().getVersion()).isEqualTo(2);
        assertThat(
                        answer(
                                        kv.get(
                                                bytes("a/1"),
                                                GetOption.builder().withRevision(before).build()))
                                .getKvs()
                                .getFirst()
                                .getValue())
                .isEqualTo(bytes("one"));

        assertThat(
                        answer(
                                        kv.delete(
                                                bytes("a/"),
                                                DeleteOption.builder().isPrefix(true).build()))
                                .getDeleted())
                .isEqualTo(2);
        assertThatThrownBy(() ->
                        answer(
                                kv.get(
                                        bytes("b"),
                                        GetOption.builder().withRevision(before + 1000).build())))
                .cause()
                .hasMessageContaining("etcdserver: mvcc: required revision is a future revision");
    }

    @Test
    void transactionsChooseTheirBranch() {
        KV kv = client.getKVClient();
        answer(kv.put(bytes("k"), bytes("v")));
        TxnResponse first =
                answer(
                        kv.txn()
                                .If(new Cmp(bytes("k"), Cmp.Op.EQUAL, CmpTarget.value(bytes("v"))))
                                .Then(
                                        Op.put(bytes("k"), bytes("w"), PutOption.DEFAULT),
                                        Op.get(bytes("k"), GetOption.DEFAULT))
                                .Else(Op.delete(bytes("k"), DeleteOption.DEFAULT))
                                .commit());
        assertThat(first.isSucceeded()).isTrue();
        assertThat(first.getGetResponses().getFirst().getKvs().getFirst().getValue())
                .isEqualTo(bytes("w"));
        TxnResponse second =
                answer(
                        kv.txn()
                                .If(new Cmp(bytes("k"), Cmp.Op.LESS, CmpTarget.version(2)))
                                .Then(Op.put(bytes("k"), bytes("x"), PutOption.DEFAULT))
                                .Else(Op.delete(bytes("k"), DeleteOption.DEFAULT))
                                .commit());
        assertThat(second.isSucceeded()).isFalse();
        assertThat(second.getDeleteResponses().getFirst().getDeleted()).isEqualTo(1);
    }

    @Test
    void watchesTellThePastThePresentAndWhatIsGone() throws InterruptedException {
        KV kv = client.getKVClient();
        long first = answer(kv.put(bytes("w/1"), bytes("one"))).getHeader().getRevision();
        BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
        WatchOption prefix =
                WatchOption.builder().isPrefix(true).withRevision(first).withPrevKV(true).build();
        try (Watch.Watcher watcher =
                client.getWatchClient()
                        .watch(
                                bytes("w/"),
                                prefix,
                                response -> response.getEvents().forEach(events::add))) {
            assertThat(next(events).getKeyValue().getModRevision()).isEqualTo(first);
            answer(kv.put(bytes("w/1"), bytes("two")));
            assertThat(next(events).getPrevKV().getValue()).isEqualTo(bytes("one"));
            answer(kv.delete(bytes("w/1")));
            WatchEvent gone = next(events);
            assertThat(gone.getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
            assertThat(gone.getPrevKV().getValue()).isEqualTo(bytes("two"));
            assertThat(watcher.isClosed()).isFalse();
        }

        answer(kv.compact(first + 1));
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        try (Watch.Watcher _ =
                client.getWatchClient().watch(bytes("w/"), prefix, _ -> {}, refusal::complete)) {
            assertThat(answer(refusal))
                    .isInstanceOfSatisfying(
                            CompactedException.class,
                            compacted ->
                                    assertThat(compacted.getCompactedRevision())
                                            .isEqualTo(first + 1));
        }
    }

    @Test
    void leasesAreKeptAndTakeTheirKeysAlong() throws InterruptedException {
        KV kv = client.getKVClient();
        long lease = answer(client.getLeaseClient().grant(60)).getID();
        answer(kv.put(bytes("l"), bytes("v"), PutOption.builder().withLeaseId(lease).build()));
        assertThat(answer(client.getLeaseClient().keepAliveOnce(lease)).getTTL()).isEqualTo(60);
        LeaseTimeToLiveResponse left =
                answer(
                        client.getLeaseClient()
                                .timeToLive(
                                        lease, LeaseOption.builder().withAttachedKeys().build()));
        assertThat(left.getGrantedTTL()).isEqualTo(60);
        assertThat(left.getKeys()).containsExactly(bytes("l"));

        BlockingQueue<LeaseKeepAliveResponse> renewals = new LinkedBlockingQueue<>();
        try (var _ = client.getLeaseClient().keepAlive(lease, intoQueue(renewals))) {
            assertThat(next(renewals).getTTL()).isEqualTo(60);
        }
        answer(client.getLeaseClient().revoke(lease));
        assertThat(answer(kv.get(bytes("l"))).getKvs()).isEmpty();
        assertThatThrownBy(() -> answer(client.getLeaseClient().revoke(lease)))
                .cause()
                .hasMessageContaining("etcdserver: requested lease not found");
    }

    @Test
    void theSecondCandidateFollowsTheFirst() throws InterruptedException {
        Election election = client.getElectionClient();
        ByteSequence name = bytes("election");
        BlockingQueue<String> leaders = new LinkedBlockingQueue<>();
        election.observe(name, listening(leaders));

        long one = answer(client.getLeaseClient().grant(60)).getID();
        long two = answer(client.getLeaseClient().grant(60)).getID();
        LeaderKey first = answer(election.campaign(name, one, bytes("first"))).getLeader();
        CompletableFuture<CampaignResponse> second = election.campaign(name, two, bytes("second"));
        answer(election.proclaim(first, bytes("still first")));
        assertThat(answer(election.leader(name)).getKv().getValue())
                .isEqualTo(bytes("still first"));
        assertThat(second).isNotDone();
        answer(election.resign(first));
        LeaderKey successor = answer(second).getLeader();
        assertThat(successor.getLease()).isEqualTo(two);
        // What came before the stream was there is not told.
        String seen = next(leaders);
        while (!seen.equals("second")) {
            assertThat(seen).isIn("first", "still first");
            seen = next(leaders);
        }
        assertThatThrownBy(() -> answer(election.proclaim(first, bytes("too late"))))
                .hasCauseInstanceOf(NotLeaderException.class);
        answer(election.resign(successor));
    }

    @Test
    void theSecondWaitsForTheLock() {
        long one = answer(client.getLeaseClient().grant(60)).getID();
        long two = answer(client.getLeaseClient().grant(60)).getID();
        LockResponse held = answer(client.getLockClient().lock(bytes("mutex"), one));
        assertThat(held.getKey()).isEqualTo(bytes("mutex/" + Long.toHexString(one)));
        CompletableFuture<LockResponse> waiting = client.getLockClient().lock(bytes("mutex"), two);
        assertThat(answer(client.getLockClient().lock(bytes("mutex"), one)).getKey())
                .isEqualTo(held.getKey());
        assertThat(waiting).isNotDone();
        answer(client.getLockClient().unlock(held.getKey()));
        assertThat(answer(waiting).getKey()).isEqualTo(bytes("mutex/" + Long.toHexString(two)));
    }

    @Test
    void theMemberTellsOfItself() {
        StatusResponse status = answer(client.getMaintenanceClient().statusMember(endpoint));
        assertThat(status.getVersion()).startsWith("3.7.");
        assertThat(status.getLeader()).isEqualTo(status.getHeader().getMemberId());
        assertThat(answer(client.getClusterClient().listMember()).getMembers())
                .singleElement()
                .satisfies(member ->
                        assertThat(member.getClientURIs()).singleElement().hasToString(endpoint));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        assertThat(answer(client.getMaintenanceClient().snapshot(file)))
                .isEqualTo((long) file.size());
        assertThat(file.size() % 512).isEqualTo(32);
        assertThat(answer(client.getMaintenanceClient().listAlarms()).getAlarms()).isEmpty();
    }

    private static <T> StreamObserver<T> intoQueue(BlockingQueue<T> queue) {
        return new StreamObserver<>() {
            @Override
            public void onNext(T value) {
                queue.add(value);
            }

            @Override
            public void onError(@Nullable Throwable failure) {}

            @Override
            public void onCompleted() {}
        };
    }

    private static Election.Listener listening(BlockingQueue<String> leaders) {
        return new Election.Listener() {
            @Override
            public void onNext(LeaderResponse response) {
                leaders.add(response.getKv().getValue().toString());
            }

            @Override
            public void onError(@Nullable Throwable failure) {}

            @Override
            public void onCompleted() {}
        };
    }
}
