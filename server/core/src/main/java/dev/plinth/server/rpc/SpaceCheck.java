package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.quota.BackendQuota;
import dev.plinth.server.quota.MemoryBudget;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Refuses writes that would take the database over its bound, before anything else of them is
 * looked at, and raises the alarm that stops writes on every member.
 */
public final class SpaceCheck {
    private static final Logger LOG = System.getLogger(SpaceCheck.class.getName());

    private final BackendQuota quota;
    private final LocalMember member;
    private final LogWriter log;

    /** Alarms are proposed through the given member. */
    public SpaceCheck(BackendQuota quota, LocalMember member) {
        this.quota = quota;
        this.member = member;
        this.log = new LogWriter(member, Integer.MAX_VALUE, MemoryBudget.unbounded());
    }

    void check(long chargeBytes) throws RefusedException {
        if (!quota.admits(chargeBytes)) {
            raiseAlarm();
            throw RefusedException.of(EtcdError.NO_SPACE);
        }
    }

    /** Proposes the alarm that this member is out of space, without waiting. */
    public void raiseAlarm() {
        AlarmRequest alarm =
                AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setMemberID(member.memberId())
                        .setAlarm(AlarmType.NOSPACE)
                        .build();
        try {
            log.write(
                    InternalRaftRequest.ALARM_FIELD_NUMBER,
                    alarm,
                    Caller.NOBODY,
                    new LogWriter.Outcome() {
                        @Override
                        public void applied(ApplyResult result) {
                            LOG.log(
                                    Level.WARNING,
                                    "alarm raised: the database has reached its quota; compact,"
                                            + " defragment and disarm (plinth ctl compact, defrag,"
                                            + " alarm disarm), or raise --quota-backend-bytes at"
                                            + " all members");
                        }

                        @Override
                        public void failed(RefusedException reason) {
                            LOG.log(
                                    Level.WARNING,
                                    "alarm for lack of space not raised: " + reason.error());
                        }
                    });
        } catch (RefusedException e) {
            throw new IllegalStateException("an alarm cannot be too large", e);
        }
    }
}
