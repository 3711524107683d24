package dev.plinth.raft;

/** Why a member asks for votes. */
enum Campaign {
    /** To find out whether it would win, before it disturbs anyone with a higher term. */
    PRE_ELECTION,
    /** To become leader. */
    ELECTION,
    /** As {@link #ELECTION}, on the leader's own wish: members vote although they have a leader. */
    TRANSFER;

    /** What vote requests of a transfer carry. */
    static final Bytes TRANSFER_CONTEXT = Bytes.utf8("CampaignTransfer");
}
