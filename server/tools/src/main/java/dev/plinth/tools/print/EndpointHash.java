package dev.plinth.tools.print;

import dev.plinth.api.etcdserverpb.HashKVResponse;

/**
 * The hash of a server's keys.
 *
 * @param endpoint the server, as the user wrote it
 * @param hash its answer
 * @param revision up to which the keys were hashed; servers before 3.6 do not tell
 */
public record EndpointHash(String endpoint, HashKVResponse hash, long revision) {
    /** An answer to the question for the hash at a revision; 0 for the latest one. */
    public static EndpointHash of(String endpoint, HashKVResponse hash, long askedRevision) {
        long revision = hash.getHashRevision();
        if (revision == 0) {
            revision = askedRevision > 0 ? askedRevision : hash.getHeader().getRevision();
        }
        return new EndpointHash(endpoint, hash, revision);
    }
}
