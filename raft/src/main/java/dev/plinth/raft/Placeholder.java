package dev.plinth.raft;

final class Placeholder {
    private Placeholder() {}
}
