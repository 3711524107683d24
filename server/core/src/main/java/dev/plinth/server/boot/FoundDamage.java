package dev.plinth.server.boot;

import dev.plinth.server.core.LocalMember;
import dev.plinth.server.log.Log;
import dev.plinth.server.peer.EnoughOthers;
import dev.plinth.server.storage.MarkFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What follows when a running member finds its files damaged. As long as the others cannot do
 * without them it goes on with what it has, and says so. As soon as they can, it marks itself and
 * starts again; {@link SelfRepair} then asks the others, whose word decides.
 */
final class FoundDamage {
    private final LocalMember member;
    private final LongPredicate isReached;
    private final MarkFile mark;
    private final Runnable startAgain;
    private final Log log;
    private @Nullable String damage;
    private String refusal = "";

    /**
     * Nothing is found yet.
     *
     * @param isReached whether another member is connected
     * @param startAgain stops the member and starts it again
     */
    FoundDamage(
            LocalMember member,
            LongPredicate isReached,
            MarkFile mark,
            Runnable startAgain,
            Log log) {
        this.member = member;
        this.isReached = isReached;
        this.mark = mark;
        this.startAgain = startAgain;
        this.log = log;
    }

    /** Damage was found; the text has its file and place. */
    void found(String text) {
        log.error("found damaged files while running", "error", text);
        damage = text;
        refusal = "";
    }

    /** The files are sound now: those that were not have been replaced since. */
    void nothing() throws IOException {
        damage = null;
        mark.clear();
    }

    /** Looks whether the files can be repaired now. */
    void turn() {
        if (damage == null) {
            return;
        }
        String reason =
                EnoughOthers.refusal(
                        member.members(),
                        member.memberId(),
                        id -> id != member.memberId() && isReached.test(id));
        if (reason == null) {
            repair(damage);
        } else if (!reason.equals(refusal)) {
            refusal = reason;
            log.error(
                    "damaged files are not repaired, since the data may be on this disk alone",
                    "error",
                    damage,
                    "reason",
                    reason);
        }
    }

    private void repair(String found) {
        damage = null;
        try {
            mark.set(found);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot mark the member for repair", e);
        }
        startAgain.run();
    }
}
