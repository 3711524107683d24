package dev.plinth.server.auth;

import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;

/** No tokens at all: users are known by their certificates alone. */
public record NoTokens() implements Tokens {
    @Override
    public String prefix() {
        return "";
    }

    @Override
    public String assign(String prefix, String user, long index) {
        return "";
    }

    @Override
    public String complete(String assigned, String user, long authRevision) {
        return "";
    }

    @Override
    public long index(String token) {
        return -1;
    }

    @Override
    public Caller caller(String token, long authRevision) throws RefusedException {
        throw RefusedException.of(EtcdError.INVALID_AUTH_TOKEN);
    }

    @Override
    public void forgetUser(String user) {}

    @Override
    public void forgetAll() {}

    @Override
    public void sweep() {}
}
