package dev.plinth.server.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.api.etcdserverpb.AlarmMember;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.SchemaBucket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The alarms of the cluster: which member ran out of space, which one is corrupt.
 *
 * <p>Changed by the apply thread, within an entry; read by any thread. Stored in bucket {@code
 * alarm}, the encoded {@code AlarmMember} being the key and the value empty.
 */
public final class AlarmStore {
    private static final byte[] NO_VALUE = {};

    private Backend backend;
    private volatile List<AlarmMember> active = List.of();

    /** Reads the alarms of a database. */
    public AlarmStore(Backend backend) {
        this.backend = backend;
        recover(backend);
    }

    /**
     * Takes over the alarms of another database, after a snapshot from the leader.
     *
     * @throws IllegalStateException when an alarm cannot be decoded
     */
    public void recover(Backend from) {
        List<AlarmMember> found = new ArrayList<>();
        from.forEach(SchemaBucket.ALARM, (key, _) -> found.add(decode(key)));
        backend = from;
        active = List.copyOf(found);
    }

    private static AlarmMember decode(byte[] key) {
        try {
            return AlarmMember.parseFrom(key);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("bucket alarm holds a key that is no alarm", e);
        }
    }

    /** The active alarms of a kind, or all of them for {@link AlarmType#NONE}. */
    public List<AlarmMember> active(AlarmType type) {
        return type == AlarmType.NONE
                ? active
                : active.stream().filter(alarm -> alarm.getAlarm() == type).toList();
    }

    /** True when any member has an alarm of this kind. */
    public boolean isActive(AlarmType type) {
        for (AlarmMember alarm : active) {
            if (alarm.getAlarm() == type) {
                return true;
            }
        }
        return false;
    }

    /** Raises an alarm; one that is up already stays as it is. */
    AlarmMember activate(long memberId, AlarmType type) {
        AlarmMember alarm = alarm(memberId, type);
        if (!active.contains(alarm)) {
            backend.put(SchemaBucket.ALARM, alarm.toByteArray(), NO_VALUE);
            List<AlarmMember> changed = new ArrayList<>(active);
            changed.add(alarm);
            active = List.copyOf(changed);
        }
        return alarm;
    }

    /** Takes an alarm back; null when it was not up. */
    @Nullable AlarmMember deactivate(long memberId, AlarmType type) {
        AlarmMember alarm = alarm(memberId, type);
        if (!active.contains(alarm)) {
            return null;
        }
        backend.delete(SchemaBucket.ALARM, alarm.toByteArray());
        active = active.stream().filter(other -> !other.equals(alarm)).toList();
        return alarm;
    }

    private static AlarmMember alarm(long memberId, AlarmType type) {
        return AlarmMember.newBuilder().setMemberID(memberId).setAlarm(type).build();
    }
}
