package dev.plinth.tools.print;

/**
 * Whether a server answers.
 *
 * @param endpoint the server, as the user wrote it
 * @param isHealthy whether it committed a proposal and has no alarm
 * @param tookNanos how long the proposal took
 * @param error why not, or empty
 */
public record EndpointHealth(String endpoint, boolean isHealthy, long tookNanos, String error) {}
