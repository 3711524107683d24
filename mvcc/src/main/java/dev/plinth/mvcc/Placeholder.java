package dev.plinth.mvcc;

final class Placeholder {
    private Placeholder() {}
}
