package dev.plinth.server.auth;

import com.google.protobuf.ByteString;
import dev.plinth.api.authpb.Permission;
import dev.plinth.api.authpb.Role;
import dev.plinth.api.authpb.User;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All of auth at one moment; never changes. The rights of each user are merged from its roles when
 * the state is made, so a check is two look-ups.
 */
final class AuthState {
    static final String ROOT = "root";

    private record Rights(KeyRanges read, KeyRanges write) {}

    final boolean enabled;
    final long revision;
    final SortedMap<String, User> users;
    final SortedMap<String, Role> roles;
    private final Map<String, Rights> rights = new HashMap<>();

    AuthState(
            boolean enabled,
            long revision,
            SortedMap<String, User> users,
            SortedMap<String, Role> roles) {
        this.enabled = enabled;
        this.revision = revision;
        this.users = new TreeMap<>(users);
        this.roles = new TreeMap<>(roles);
        users.forEach((name, user) -> rights.put(name, merge(user)));
    }

    private Rights merge(User user) {
        List<KeyRanges.Range> read = new ArrayList<>();
        List<KeyRanges.Range> write = new ArrayList<>();
        for (String name : user.getRolesList()) {
            Role role = roles.get(name);
            if (role == null) {
                continue;
            }
            for (Permission permission : role.getKeyPermissionList()) {
                KeyRanges.Range range =
                        KeyRanges.Range.of(permission.getKey(), permission.getRangeEnd());
                if (permission.getPermType() != Permission.Type.WRITE) {
                    read.add(range);
                }
                if (permission.getPermType() != Permission.Type.READ) {
                    write.add(range);
                }
            }
        }
        return new Rights(KeyRanges.union(read), KeyRanges.union(write));
    }

    boolean isRoot(String user) {
        User found = users.get(user);
        return found != null && found.getRolesList().contains(ROOT);
    }

    void checkKeys(Caller caller, ByteString key, ByteString rangeEnd, boolean write)
            throws RefusedException {
        if (!enabled) {
            return;
        }
        if (caller.authRevision() == 0) {
            throw RefusedException.of(EtcdError.USER_NAME_EMPTY);
        }
        if (caller.authRevision() < revision) {
            throw RefusedException.of(EtcdError.AUTH_REVISION_OLD);
        }
        if (isRoot(caller.user())) {
            return;
        }
        Rights own = rights.get(caller.user());
        KeyRanges.Range wanted = KeyRanges.Range.of(key, rangeEnd);
        if (own == null || !(write ? own.write() : own.read()).covers(wanted)) {
            throw RefusedException.of(EtcdError.PERMISSION_DENIED);
        }
    }

    void checkUser(Caller caller) throws RefusedException {
        if (enabled && caller.authRevision() == 0) {
            throw RefusedException.of(EtcdError.USER_NAME_EMPTY);
        }
    }

    void checkAdmin(Caller caller) throws RefusedException {
        if (!enabled) {
            return;
        }
        if (caller.authRevision() == 0 || caller.user().isEmpty()) {
            throw RefusedException.of(EtcdError.USER_NAME_EMPTY);
        }
        if (!users.containsKey(caller.user())) {
            throw RefusedException.of(EtcdError.USER_NOT_FOUND);
        }
        if (!isRoot(caller.user())) {
            throw RefusedException.of(EtcdError.PERMISSION_DENIED);
        }
    }
}
