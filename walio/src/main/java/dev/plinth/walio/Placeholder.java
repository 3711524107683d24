package dev.plinth.walio;

final class Placeholder {
    private Placeholder() {}
}
