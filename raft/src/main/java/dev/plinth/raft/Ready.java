package dev.plinth.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the driver has to do now. Immutable; may be worked off on other threads.
 *
 * <p>Synchronous mode, in this order: store the snapshot, the entries and the hard state (synced
 * when {@link #mustSync}); send the messages; apply the committed entries; {@link RawNode#advance}.
 * A leader may send before it stores, since its own acknowledgement is not among the messages.
 *
 * <p>With asynchronous storage writes the messages may be sent at once; what is to be stored and
 * applied is in those addressed to {@link RawNode#LOCAL_APPEND_THREAD} and {@link
 * RawNode#LOCAL_APPLY_THREAD}, each with the responses that are to be delivered when its work is
 * done, and there is no {@code advance}.
 *
 * @param softState null when unchanged
 * @param hardState null when unchanged
 * @param readStates reads whose index is confirmed
 * @param entries to be stored; they replace what is stored from the first one's index on
 * @param snapshot to be stored before the entries; null when there is none
 * @param committedEntries to be applied, in order
 * @param messages to be sent, after storing as said above
 * @param mustSync whether storing has to reach stable storage
 */
public record Ready(
        @Nullable SoftState softState,
        @Nullable HardState hardState,
        List<ReadState> readStates,
        List<Entry> entries,
        @Nullable Snapshot snapshot,
        List<Entry> committedEntries,
        List<Message> messages,
        boolean mustSync) {}
