package dev.plinth.client;

import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.DefragmentRequest;
import dev.plinth.api.etcdserverpb.DowngradeRequest;
import dev.plinth.api.etcdserverpb.DowngradeResponse;
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
import java.util.List;

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

    /** Alarms that stand, of all members. */
    public List<Alarm> alarms() {
        return alarms(AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET));
    }

    /**
     * Takes an alarm back. One that nobody has raised is no failure.
     *
     * @return those that were taken back
     * @throws IllegalArgumentException for {@link Alarm.Kind#OTHER}
     */
    public List<Alarm> disarm(Alarm alarm) {
        return alarms(
                AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                        .setMemberID(alarm.member())
                        .setAlarm(
                                switch (alarm.kind()) {
                                    case NO_SPACE -> AlarmType.NOSPACE;
                                    case CORRUPT -> AlarmType.CORRUPT;
                                    case OTHER -> throw new IllegalArgumentException("" + alarm);
                                }));
    }

    private List<Alarm> alarms(AlarmRequest.Builder request) {
        return Await.result(
                calls.call(
                        MaintenanceGrpc.getAlarmMethod(),
                        request.build(),
                        options,
                        response -> response.getAlarmsList().stream().map(Alarm::of).toList()));
    }

    /**
     * Asks whether the cluster could be made one of an older version.
     *
     * @param target such as {@code 3.6}
     * @return the cluster's version now
     * @throws EtcdException with {@link Reason#INVALID_DOWNGRADE_VERSION} if it could not
     */
    public String validateDowngrade(String target) {
        return downgrade(DowngradeRequest.DowngradeAction.VALIDATE, target);
    }

    /**
     * Lets the cluster become one of an older version, once members of it have replaced the others.
     *
     * @param target such as {@code 3.6}
     * @return the cluster's version now
     * @throws EtcdException with {@link Reason#INVALID_DOWNGRADE_VERSION} or {@link
     *     Reason#DOWNGRADE_IN_PROGRESS}
     */
    public String beginDowngrade(String target) {
        return downgrade(DowngradeRequest.DowngradeAction.ENABLE, target);
    }

    /**
     * Leaves the cluster the version that it has.
     *
     * @return that version
     * @throws EtcdException from servers of 3.5 with {@link Reason#NO_DOWNGRADE_IN_PROGRESS}, if
     *     there is nothing to cancel; later ones take that for done
     */
    public String cancelDowngrade() {
        return downgrade(DowngradeRequest.DowngradeAction.CANCEL, "");
    }

    private String downgrade(DowngradeRequest.DowngradeAction action, String target) {
        return Await.result(
                calls.call(
                        MaintenanceGrpc.getDowngradeMethod(),
                        DowngradeRequest.newBuilder().setAction(action).setVersion(target).build(),
                        options,
                        DowngradeResponse::getVersion));
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
