package dev.plinth.pagestore;

final class Placeholder {
    private Placeholder() {}
}
