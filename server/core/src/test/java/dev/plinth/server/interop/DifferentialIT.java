package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.ResponseOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same random requests go to the real etcd 3.5 and to Plinth, one after the other; every answer
 * or refusal has to be equal, and the hash of both stores at the end.
 *
 * <p>Longer: {@code -Dplinth.differential.operations=100000}; another run: {@code
 * -Dplinth.differential.seed=N}.
 */
class DifferentialIT {
    private static final int OPERATIONS =
            Integer.getInteger("plinth.differential.operations", 10_000);
    private static final long SEED = Long.getLong("plinth.differential.seed", 20_260_101L);

    @TempDir Path dir;

    @Test
    void randomRequestsAreAnsweredAlike() throws Exception {
        try (ServerProcess etcd = ServerProcess.etcd(dir.resolve("etcd"));
                ServerProcess plinth = ServerProcess.plinth(dir.resolve("plinth"));
                Peer reference = new Peer(etcd.endpoint());
                Peer tested = new Peer(plinth.endpoint())) {
            RandomOperations operations = new RandomOperations(new SplittableRandom(SEED));
            for (int i = 0; i < OPERATIONS; i++) {
                Message request = operations.next();
                String expected = reference.answer(request);
                assertThat(tested.answer(request))
                        .as(
                                "operation %d of seed %d: %s %s",
                                i, SEED, request.getDescriptorForType().getName(), shown(request))
                        .isEqualTo(expected);
                operations.revisionIs(reference.revision);
            }
            assertThat(tested.hash()).isEqualTo(reference.hash());
        }
    }

    private static String shown(Message message) {
        return TextFormat.printer().emittingSingleLine(true).printToString(message);
    }

    private static final class Peer implements AutoCloseable {
        private final ManagedChannel channel;
        private final KVGrpc.KVBlockingStub kv;
        private final LeaseGrpc.LeaseBlockingStub lease;
        private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;
        private long revision;

        Peer(String endpoint) {
            channel =
                    NettyChannelBuilder.forTarget(endpoint).usePlaintext().directExecutor().build();
            kv = KVGrpc.newBlockingStub(channel);
            lease = LeaseGrpc.newBlockingStub(channel);
            maintenance = MaintenanceGrpc.newBlockingStub(channel);
        }

        String answer(Message request) {
            try {
                return shown(comparable(request, call(request)));
            } catch (StatusRuntimeException e) {
                return e.getStatus().getCode() + " " + e.getStatus().getDescription();
            }
        }

        private Message call(Message request) {
            return switch (request) {
                case PutRequest put -> kv.put(put);
                case RangeRequest range -> kv.range(range);
                case DeleteRangeRequest delete -> kv.deleteRange(delete);
                case TxnRequest txn -> kv.txn(txn);
                case CompactionRequest compaction -> kv.compact(compaction);
                case LeaseGrantRequest grant -> lease.leaseGrant(grant);
                case LeaseRevokeRequest revoke -> lease.leaseRevoke(revoke);
                case LeaseTimeToLiveRequest timeToLive -> lease.leaseTimeToLive(timeToLive);
                default -> throw new AssertionError(request);
            };
        }

        String hash() {
            return shown(
                    comparable(
                            HashKVRequest.getDefaultInstance(),
                            maintenance.hashKV(HashKVRequest.getDefaultInstance())));
        }

        /**
         * The answer without what varies by nature: ids, the term, time left; and what 3.7 leaves
         * out.
         */
        private Message comparable(Message request, Message response) {
            Message.Builder builder = response.toBuilder();
            var header = response.getDescriptorForType().findFieldByName("header");
            ResponseHeader given = (ResponseHeader) response.getField(header);
            revision = Math.max(revision, given.getRevision());
            builder.setField(
                    header, ResponseHeader.newBuilder().setRevision(given.getRevision()).build());
            return switch (builder.build()) {
                case RangeResponse range -> withoutLeases((RangeRequest) request, range);
                case TxnResponse txn -> comparableTxn((TxnRequest) request, txn);
                case LeaseTimeToLiveResponse timeToLive -> comparableTimeToLive(timeToLive);
                case Message other
                        when other.getDescriptorForType().findFieldByName("hash_revision")
                                != null ->
                        other.toBuilder()
                                .clearField(
                                        other.getDescriptorForType()
                                                .findFieldByName("hash_revision"))
                                .build();
                case Message other -> other;
            };
        }

        private static LeaseTimeToLiveResponse comparableTimeToLive(
                LeaseTimeToLiveResponse response) {
            List<ByteString> keys =
                    response.getKeysList().stream()
                            .sorted(ByteString.unsignedLexicographicalComparator())
                            .toList();
            LeaseTimeToLiveResponse.Builder sorted =
                    response.toBuilder().clearKeys().addAllKeys(keys);
            return response.getTTL() > 0 ? sorted.setTTL(1).build() : sorted.build();
        }

        /** 3.7 answers keys-only from the index, without the lease; 3.5 gives it. */
        private static RangeResponse withoutLeases(RangeRequest request, RangeResponse response) {
            if (!request.getKeysOnly()) {
                return response;
            }
            RangeResponse.Builder builder = response.toBuilder();
            builder.getKvsBuilderList().forEach(kv -> kv.clearLease());
            return builder.build();
        }

        private static TxnResponse comparableTxn(TxnRequest request, TxnResponse response) {
            List<RequestOp> requests =
                    response.getSucceeded() ? request.getSuccessList() : request.getFailureList();
            TxnResponse.Builder builder = response.toBuilder();
            for (int i = 0; i < builder.getResponsesCount(); i++) {
                ResponseOp.Builder inner = builder.getResponsesBuilder(i);
                if (inner.hasResponseRange()) {
                    inner.setResponseRange(
                            withoutLeases(
                                    requests.get(i).getRequestRange(), inner.getResponseRange()));
                } else if (inner.hasResponseTxn()) {
                    inner.setResponseTxn(
                            comparableTxn(requests.get(i).getRequestTxn(), inner.getResponseTxn()));
                }
            }
            return builder.build();
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }
}
