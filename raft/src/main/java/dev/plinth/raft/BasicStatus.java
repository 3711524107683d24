package dev.plinth.raft;

/**
 * The cheap part of {@link Status}.
 *
 * @param applied highest applied index
 * @param leadTransferee target of a pending leader transfer, 0 for none
 */
public record BasicStatus(
        long id, HardState hardState, SoftState softState, long applied, long leadTransferee) {}
