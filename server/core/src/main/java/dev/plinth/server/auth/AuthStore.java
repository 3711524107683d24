package dev.plinth.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.api.authpb.Role;
import dev.plinth.api.authpb.User;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.nio.ByteBuffer;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Users, roles and whether auth is on, as the database has them.
 *
 * <p>Changed by the apply thread within an entry, each change making a new immutable state; asked
 * by any thread. The answer to a check depends on this state alone, so that apply refuses alike on
 * every member.
 *
 * <pre>
 *  auth       authEnabled -> 01 | 00      authRevision -> u64, big endian, from 1
 *  authUsers  name -> authpb.User         authRoles  name -> authpb.Role
 * </pre>
 */
public final class AuthStore {
    private static final byte[] ENABLED_KEY = "authEnabled".getBytes(US_ASCII);
    private static final byte[] REVISION_KEY = "authRevision".getBytes(US_ASCII);

    private final Tokens tokens;
    private final Passwords passwords;
    private Backend backend;
    private volatile AuthState state;

    /** Reads a database; one without an auth revision gets its first, outside any entry. */
    public AuthStore(Backend backend, Tokens tokens, Passwords passwords) {
        this.backend = backend;
        this.tokens = tokens;
        this.passwords = passwords;
        this.state = read(backend);
        if (state.revision == 0) {
            state = new AuthState(false, 1, state.users, state.roles);
            backend.beginMaintenance();
            putRevision(1);
            backend.endMaintenance();
        }
    }

    /** Takes over another database, after a snapshot from the leader. */
    public void recover(Backend from) {
        backend = from;
        state = read(from);
        tokens.forgetAll();
    }

    private static AuthState read(Backend backend) {
        byte[] enabled = backend.get(SchemaBucket.AUTH, ENABLED_KEY);
        byte[] revision = backend.get(SchemaBucket.AUTH, REVISION_KEY);
        TreeMap<String, User> users = new TreeMap<>();
        TreeMap<String, Role> roles = new TreeMap<>();
        backend.forEach(
                SchemaBucket.AUTH_USERS,
                (key, value) -> users.put(new String(key, UTF_8), user(value)));
        backend.forEach(
                SchemaBucket.AUTH_ROLES,
                (key, value) -> roles.put(new String(key, UTF_8), role(value)));
        return new AuthState(
                enabled != null && enabled.length == 1 && enabled[0] == 1,
                revision == null || revision.length != Long.BYTES
                        ? 0
                        : ByteBuffer.wrap(revision).getLong(),
                users,
                roles);
    }

    private static User user(byte[] value) {
        try {
            return User.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("bucket authUsers holds a damaged user", e);
        }
    }

    private static Role role(byte[] value) {
        try {
            return Role.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("bucket authRoles holds a damaged role", e);
        }
    }

    AuthState state() {
        return state;
    }

    /** Whether requests are checked at all. */
    public boolean isEnabled() {
        return state.enabled;
    }

    /** Grows with every change of users, roles and permissions. */
    public long revision() {
        return state.revision;
    }

    /** Refuses unless the caller may read the interval. */
    public void checkRead(Caller caller, ByteString key, ByteString rangeEnd)
            throws RefusedException {
        state.checkKeys(caller, key, rangeEnd, false);
    }

    /** Refuses unless the caller may write the interval. */
    public void checkWrite(Caller caller, ByteString key, ByteString rangeEnd)
            throws RefusedException {
        state.checkKeys(caller, key, rangeEnd, true);
    }

    /** Refuses unless the caller is known. */
    public void checkUser(Caller caller) throws RefusedException {
        state.checkUser(caller);
    }

    /** Refuses unless the caller is an administrator. */
    public void checkAdmin(Caller caller) throws RefusedException {
        state.checkAdmin(caller);
    }

    /** Whether the caller has all rights. */
    public boolean isRoot(Caller caller) {
        return state.isRoot(caller.user());
    }

    /** The administrator, on whose behalf the member's own requests are made. */
    public Caller root() {
        AuthState now = state;
        return now.enabled ? new Caller(AuthState.ROOT, now.revision) : Caller.NOBODY;
    }

    /** Refuses an answer that was read while rights changed. */
    public void checkUnchanged(Caller caller) throws RefusedException {
        if (caller.authRevision() != 0 && caller.authRevision() != state.revision) {
            throw RefusedException.of(EtcdError.AUTH_REVISION_OLD);
        }
    }

    /**
     * The caller that a token means, now; the log must have been applied up to the token's index.
     */
    public Caller caller(String token) throws RefusedException {
        return tokens.caller(token, state.revision);
    }

    /** On whose behalf a call is made whose certificate has been verified and names a user. */
    public Caller certified(String user) {
        return new Caller(user, state.revision);
    }

    /**
     * Checks a password; slow.
     *
     * @return the auth revision at which it was right
     */
    public long checkPassword(String name, String password) throws RefusedException {
        AuthState now = state;
        if (!now.enabled) {
            throw RefusedException.of(EtcdError.AUTH_NOT_ENABLED);
        }
        User user = now.users.get(name);
        if (user == null) {
            throw RefusedException.of(EtcdError.AUTHENTICATION_FAILED);
        }
        if (user.getOptions().getNoPassword()) {
            throw RefusedException.unmapped(
                    "auth: authentication failed, password was given for no password user");
        }
        if (!passwords.matches(password, user.getPassword().toByteArray())) {
            throw RefusedException.of(EtcdError.AUTHENTICATION_FAILED);
        }
        return now.revision;
    }

    /** Whom tokens mean, and how new ones are made. */
    public Tokens tokens() {
        return tokens;
    }

    /** Turns auth on or off; turning it off is a change, turning it on is not. */
    void setEnabled(boolean enabled) {
        backend.put(SchemaBucket.AUTH, ENABLED_KEY.clone(), new byte[] {(byte) (enabled ? 1 : 0)});
        state = new AuthState(enabled, state.revision, state.users, state.roles);
        if (!enabled) {
            tokens.forgetAll();
            countChange();
        }
    }

    private void countChange() {
        long revision = state.revision + 1;
        putRevision(revision);
        state = new AuthState(state.enabled, revision, state.users, state.roles);
    }

    private void putRevision(long revision) {
        backend.put(
                SchemaBucket.AUTH,
                REVISION_KEY.clone(),
                ByteBuffer.allocate(Long.BYTES).putLong(revision).array());
    }

    /** Stores a user, or removes it. */
    void putUser(String name, @Nullable User user) {
        TreeMap<String, User> users = new TreeMap<>(state.users);
        if (user == null) {
            users.remove(name);
            backend.delete(SchemaBucket.AUTH_USERS, name.getBytes(UTF_8));
        } else {
            users.put(name, user);
            backend.put(SchemaBucket.AUTH_USERS, name.getBytes(UTF_8), user.toByteArray());
        }
        state = new AuthState(state.enabled, state.revision, users, state.roles);
        countChange();
    }

    /** Stores a role. */
    void putRole(String name, Role role) {
        TreeMap<String, Role> roles = new TreeMap<>(state.roles);
        roles.put(name, role);
        backend.put(SchemaBucket.AUTH_ROLES, name.getBytes(UTF_8), role.toByteArray());
        state = new AuthState(state.enabled, state.revision, state.users, roles);
        countChange();
    }

    /** Removes a role from the store and from all users, as one change. */
    void removeRole(String name, UnaryOperator<User> withoutRole) {
        TreeMap<String, Role> roles = new TreeMap<>(state.roles);
        roles.remove(name);
        backend.delete(SchemaBucket.AUTH_ROLES, name.getBytes(UTF_8));
        TreeMap<String, User> users = new TreeMap<>(state.users);
        state.users.forEach((userName, user) -> {
            if (user.getRolesList().contains(name)) {
                User changed = withoutRole.apply(user);
                users.put(userName, changed);
                backend.put(
                        SchemaBucket.AUTH_USERS, userName.getBytes(UTF_8), changed.toByteArray());
            }
        });
        state = new AuthState(state.enabled, state.revision, users, roles);
        countChange();
    }
}
