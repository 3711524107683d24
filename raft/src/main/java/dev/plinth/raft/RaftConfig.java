package dev.plinth.raft;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a node is made with. Ticks are the unit of time; sizes are bytes, {@link #NO_LIMIT} for
 * unlimited.
 *
 * @param id own id: not 0 and not one of the local workers
 * @param electionTicks ticks without a leader after which an election starts (randomised up to
 *     twice as many)
 * @param heartbeatTicks ticks between heartbeats; fewer than {@code electionTicks}
 * @param storage where the stored log is
 * @param random source of the election jitter, the only chance in the node
 * @param applied last applied index on restart: entries up to it are not handed out again
 * @param asyncStorageWrites whether storing and applying are asked for by messages to local workers
 * @param messageSizeMax most encoded entry bytes in one append; 0 for one entry at a time
 * @param committedSizePerReadyMax most encoded bytes of committed entries handed out and not yet
 *     applied
 * @param uncommittedSizeMax most payload bytes of the leader's uncommitted tail
 * @param inflightMessagesMax most unanswered appends per member
 * @param inflightBytesMax most payload bytes in unanswered appends per member; 0 for no such limit
 * @param checkQuorum whether a leader steps down when no quorum answers, and members with a leader
 *     ignore candidates
 * @param preVote whether a member asks if it would win before it raises its term
 * @param readOnlyOption how reads are confirmed
 * @param disableProposalForwarding whether a follower drops proposals in place of sending them to
 *     its leader
 * @param disableConfChangeValidation whether changes are appended without a look at the
 *     configuration
 * @param stepDownOnRemoval whether a leader steps down once it is removed or made a learner
 * @param wireForm release whose form of entries is written
 * @param logger where log lines go
 * @param metrics where events are counted
 * @param tracer observer of state changes; null for none
 */
public record RaftConfig(
        long id,
        int electionTicks,
        int heartbeatTicks,
        RaftStorage storage,
        RandomGenerator random,
        long applied,
        boolean asyncStorageWrites,
        long messageSizeMax,
        long committedSizePerReadyMax,
        long uncommittedSizeMax,
        int inflightMessagesMax,
        long inflightBytesMax,
        boolean checkQuorum,
        boolean preVote,
        ReadOnlyOption readOnlyOption,
        boolean disableProposalForwarding,
        boolean disableConfChangeValidation,
        boolean stepDownOnRemoval,
        WireForm wireForm,
        RaftLogger logger,
        RaftMetrics metrics,
        @Nullable RaftTracer tracer) {
    /** The greatest unsigned number: no limit. */
    public static final long NO_LIMIT = -1L;

    /**
     * Checks the values and fills in defaults.
     *
     * @throws IllegalArgumentException when a value is out of its range; the text is the
     *     reference's
     */
    public RaftConfig {
        check(id != 0, "cannot use none as id");
        check(!RawNode.isLocalTarget(id), "cannot use local target as id");
        check(heartbeatTicks > 0, "heartbeat tick must be greater than 0");
        check(electionTicks > heartbeatTicks, "election tick must be greater than heartbeat tick");
        if (uncommittedSizeMax == 0) {
            uncommittedSizeMax = NO_LIMIT;
        }
        if (committedSizePerReadyMax == 0) {
            committedSizePerReadyMax = messageSizeMax;
        }
        check(inflightMessagesMax > 0, "max inflight messages must be greater than 0");
        check(
                inflightBytesMax == 0
                        || Long.compareUnsigned(inflightBytesMax, messageSizeMax) >= 0,
                "max inflight bytes must be >= max message size");
        check(
                readOnlyOption != ReadOnlyOption.LEASE_BASED || checkQuorum,
                "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased");
    }

    private static void check(boolean holds, String text) {
        if (!holds) {
            throw new IllegalArgumentException(text);
        }
    }

    public static Builder of(long id, RaftStorage storage, RandomGenerator random) {
        return new Builder(id, storage, random);
    }

    /**
     * Starts with: 10 election ticks, 1 heartbeat tick, 1 MiB per message, 512 messages in flight,
     * all else off.
     */
    public static final class Builder {
        private final long id;
        private final RaftStorage storage;
        private final RandomGenerator random;
        private int electionTicks = 10;
        private int heartbeatTicks = 1;
        private long applied;
        private boolean asyncStorageWrites;
        private long messageSizeMax = 1 << 20;
        private long committedSizePerReadyMax;
        private long uncommittedSizeMax;
        private int inflightMessagesMax = 512;
        private long inflightBytesMax;
        private boolean checkQuorum;
        private boolean preVote;
        private ReadOnlyOption readOnlyOption = ReadOnlyOption.SAFE;
        private boolean disableProposalForwarding;
        private boolean disableConfChangeValidation;
        private boolean stepDownOnRemoval;
        private WireForm wireForm = WireForm.V3_7;
        private RaftLogger logger = RaftLogger.NONE;
        private RaftMetrics metrics = RaftMetrics.NONE;
        private @Nullable RaftTracer tracer;

        private Builder(long id, RaftStorage storage, RandomGenerator random) {
            this.id = id;
            this.storage = storage;
            this.random = random;
        }

        public Builder electionTicks(int value) {
            electionTicks = value;
            return this;
        }

        public Builder heartbeatTicks(int value) {
            heartbeatTicks = value;
            return this;
        }

        public Builder applied(long value) {
            applied = value;
            return this;
        }

        public Builder asyncStorageWrites(boolean value) {
            asyncStorageWrites = value;
            return this;
        }

        public Builder messageSizeMax(long value) {
            messageSizeMax = value;
            return this;
        }

        public Builder committedSizePerReadyMax(long value) {
            committedSizePerReadyMax = value;
            return this;
        }

        public Builder uncommittedSizeMax(long value) {
            uncommittedSizeMax = value;
            return this;
        }

        public Builder inflightMessagesMax(int value) {
            inflightMessagesMax = value;
            return this;
        }

        public Builder inflightBytesMax(long value) {
            inflightBytesMax = value;
            return this;
        }

        public Builder checkQuorum(boolean value) {
            checkQuorum = value;
            return this;
        }

        public Builder preVote(boolean value) {
            preVote = value;
            return this;
        }

        public Builder readOnlyOption(ReadOnlyOption value) {
            readOnlyOption = value;
            return this;
        }

        public Builder disableProposalForwarding(boolean value) {
            disableProposalForwarding = value;
            return this;
        }

        public Builder disableConfChangeValidation(boolean value) {
            disableConfChangeValidation = value;
            return this;
        }

        public Builder stepDownOnRemoval(boolean value) {
            stepDownOnRemoval = value;
            return this;
        }

        public Builder wireForm(WireForm value) {
            wireForm = value;
            return this;
        }

        public Builder logger(RaftLogger value) {
            logger = value;
            return this;
        }

        public Builder metrics(RaftMetrics value) {
            metrics = value;
            return this;
        }

        public Builder tracer(RaftTracer value) {
            tracer = value;
            return this;
        }

        public RaftConfig build() {
            return new RaftConfig(
                    id,
                    electionTicks,
                    heartbeatTicks,
                    storage,
                    random,
                    applied,
                    asyncStorageWrites,
                    messageSizeMax,
                    committedSizePerReadyMax,
                    uncommittedSizeMax,
                    inflightMessagesMax,
                    inflightBytesMax,
                    checkQuorum,
                    preVote,
                    readOnlyOption,
                    disableProposalForwarding,
                    disableConfChangeValidation,
                    stepDownOnRemoval,
                    wireForm,
                    logger,
                    metrics,
                    tracer);
        }
    }
}
