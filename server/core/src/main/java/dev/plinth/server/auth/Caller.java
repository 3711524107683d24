package dev.plinth.server.auth;

/**
 * On whose behalf a request is made.
 *
 * @param user empty when the caller did not say
 * @param authRevision revision of the auth store at which the user was identified; 0 for nobody
 */
public record Caller(String user, long authRevision) {
    /** A caller without credentials. */
    public static final Caller NOBODY = new Caller("", 0);
}
