package dev.plinth.raft;

/**
 * Which release's generated code an encoding looks like. Every release reads both forms; the choice
 * decides the bytes alone (and with them the sizes that limits are computed from).
 */
public enum WireForm {
    /** 3.5 and 3.6: every scalar is written, also zero ones, and every message holds a snapshot. */
    V3_5,
    /** 3.7: fields that were not set are left out. */
    V3_7
}
