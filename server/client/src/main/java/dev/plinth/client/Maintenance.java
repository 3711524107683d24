package dev.plinth.client;

import dev.plinth.api.etcdserverpb.DefragmentRequest;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.HashKVResponse;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.MoveLeaderRequest;
import dev.plinth.api.etcdserverpb.SnapshotRequest;
import dev.plinth.api.etcdserverpb.SnapshotResponse;
import dev.plinth.api.etcdserverpb.StatusRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;

/**
 * Looking after members. Methods wait for the answer and throw an {@link EtcdException}. They ask
 * whichever member has its turn: for a certain one, make a client with its endpoint alone.
 */
public final class Maintenance {
    private final Calls calls;
    private final CallOptions options;

    Maintenance(Calls calls, CallOptions options) {
        this.calls = calls;
        this.options = options;
    }

    /** How the member is. */
    public MemberStatus status() {
        return Await.result(
                calls.call(
                        MaintenanceGrpc.getStatusMethod(),
                        StatusRequest.getDefaultInstance(),
                        options,
                        MemberStatus::of));
    }

    /**
     * A number that members with the same keys and the same history have in common.
     *
     * @param revision up to which history counts; 0 for all
     */
    public int hash(long revision) {
        return Await.result(
                calls.call(
                        MaintenanceGrpc.getHashKVMethod(),
                        HashKVRequest.newBuilder().setRevision(revision).build(),
                        options,
                        HashKVResponse::getHash));
    }

    /**
     * Gives space in the member's database back to the file system; it answers nobody meanwhile.
     */
    public void defragment() {
        var _ =
                Await.result(
                        calls.call(
                                MaintenanceGrpc.getDefragmentMethod(),
                                DefragmentRequest.getDefaultInstance(),
                                options,
                                response -> Header.of(response.getHeader())));
    }

    /** Hands leadership to a member; the leader alone can be asked. */
    public void moveLeader(long to) {
        var _ =
                Await.result(
                        calls.call(
                                MaintenanceGrpc.getMoveLeaderMethod(),
                                MoveLeaderRequest.newBuilder().setTargetID(to).build(),
                                options,
                                response -> Header.of(response.getHeader())));
    }

    /**
     * Writes a snapshot of the member's database, with its check sum, as {@code snapshot save}
     * does. What was written before a failure is of no use.
     *
     * @return number of bytes
     * @throws IOException if the target fails
     */
    public long snapshot(OutputStream target) throws IOException {
        String token = Await.result(calls.streamToken());
        Iterator<SnapshotResponse> parts =
                ClientCalls.blockingServerStreamingCall(
                        calls.identified(options, token),
                        MaintenanceGrpc.getSnapshotMethod(),
                        io.grpc.CallOptions.DEFAULT.withWaitForReady(),
                        SnapshotRequest.getDefaultInstance());
        long bytes = 0;
        try {
            while (parts.hasNext()) {
                SnapshotResponse part = parts.next();
                part.getBlob().writeTo(target);
                bytes += part.getBlob().size();
            }
        } catch (StatusRuntimeException e) {
            throw EtcdException.of(Calls.understood(e.getStatus()));
        }
        return bytes;
    }
}
