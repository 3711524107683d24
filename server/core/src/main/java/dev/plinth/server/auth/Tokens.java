package dev.plinth.server.auth;

import dev.plinth.server.core.RefusedException;

/** Makes tokens for users and says whom a token means. Any thread. */
public sealed interface Tokens permits SimpleTokens, JwtTokens, NoTokens {
    /**
     * What a new token begins with; goes through the log, so that all members make the same one.
     */
    String prefix();

    /**
     * Takes note of a new token, at apply on every member.
     *
     * @param index the log index before the entry that brings it
     * @return the token; empty when the member that answers makes it by itself
     */
    String assign(String prefix, String user, long index);

    /**
     * The token for the answer to whoever authenticated.
     *
     * @param assigned what {@link #assign} returned
     * @param authRevision revision of the auth store at which the password was right
     */
    String complete(String assigned, String user, long authRevision) throws RefusedException;

    /**
     * The log index that must be applied before the token can be known here; -1 when it is no token
     * of this kind.
     */
    long index(String token);

    /**
     * Whom a token means.
     *
     * @param authRevision the present revision of the auth store
     */
    Caller caller(String token, long authRevision) throws RefusedException;

    /** The user is gone or has another password. */
    void forgetUser(String user);

    /** Auth was turned off, or the database was replaced. */
    void forgetAll();

    /** Forgets what has expired; to be called now and then. */
    void sweep();
}
