package dev.plinth.server;

final class Placeholder {
    private Placeholder() {}
}
