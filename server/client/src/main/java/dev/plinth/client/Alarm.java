package dev.plinth.client;

import dev.plinth.api.etcdserverpb.AlarmMember;

/**
 * An alarm: it stands until it is disarmed, in the state that all members share.
 *
 * @param member id of the member that raised it
 */
public record Alarm(long member, Kind kind) {
    /** What is wrong. */
    public enum Kind {
        /** The member's database is as large as its quota: the cluster takes no more writes. */
        NO_SPACE,
        /** The member's keys differ from those of the others: it is not to be trusted. */
        CORRUPT,
        /** Something that this client does not know. */
        OTHER
    }

    static Alarm of(AlarmMember alarm) {
        return new Alarm(
                alarm.getMemberID(),
                switch (alarm.getAlarm()) {
                    case NOSPACE -> Kind.NO_SPACE;
                    case CORRUPT -> Kind.CORRUPT;
                    case NONE, UNRECOGNIZED -> Kind.OTHER;
                });
    }
}
