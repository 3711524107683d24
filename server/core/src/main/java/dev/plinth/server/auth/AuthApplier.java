package dev.plinth.server.auth;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.plinth.api.authpb.Permission;
import dev.plinth.api.authpb.Role;
import dev.plinth.api.authpb.User;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthRoleDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGetRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGetResponse;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.plinth.api.etcdserverpb.AuthRoleListResponse;
import dev.plinth.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.plinth.api.etcdserverpb.AuthStatusResponse;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthUserDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthUserGetRequest;
import dev.plinth.api.etcdserverpb.AuthUserGetResponse;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.api.etcdserverpb.AuthUserListResponse;
import dev.plinth.api.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.plinth.api.etcdserverpb.AuthenticateResponse;
import dev.plinth.api.etcdserverpb.InternalAuthenticateRequest;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Carries out the auth requests of the log; apply thread only. */
public final class AuthApplier {
    private static final Comparator<ByteString> ORDER =
            ByteString.unsignedLexicographicalComparator();
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
    private static final Set<Integer> OPEN_TO_ALL =
            Set.of(
                    InternalRaftRequest.AUTH_STATUS_FIELD_NUMBER,
                    InternalRaftRequest.AUTHENTICATE_FIELD_NUMBER,
                    InternalRaftRequest.AUTH_USER_GET_FIELD_NUMBER,
                    InternalRaftRequest.AUTH_ROLE_GET_FIELD_NUMBER);

    private final AuthStore store;
    private final boolean isRootRightShown;

    /**
     * Works on the given store.
     *
     * @param isRootRightShown whether the role root is shown with the right to everything, as etcd
     *     does since 3.6, or with what has been granted to it, as 3.5 does; an answer alone, no
     *     state depends on it
     */
    public AuthApplier(AuthStore store, boolean isRootRightShown) {
        this.store = store;
        this.isRootRightShown = isRootRightShown;
    }

    /** What it works on. */
    public AuthStore store() {
        return store;
    }

    /** Whether a field of {@code InternalRaftRequest} is a request of the auth service. */
    public static boolean handles(int field) {
        return field >= InternalRaftRequest.AUTH_ENABLE_FIELD_NUMBER
                && field <= InternalRaftRequest.AUTH_ROLE_REVOKE_PERMISSION_FIELD_NUMBER;
    }

    /**
     * Carries out a request.
     *
     * @param index the log index before this entry, which becomes part of a token
     * @return the response without its header
     */
    public MessageLite apply(int field, ByteString request, Caller caller, long index)
            throws RefusedException, InvalidProtocolBufferException {
        if (!OPEN_TO_ALL.contains(field)) {
            store.checkAdmin(caller);
        }
        switch (field) {
            case InternalRaftRequest.AUTH_ENABLE_FIELD_NUMBER -> enable();
            case InternalRaftRequest.AUTH_DISABLE_FIELD_NUMBER -> disable();
            case InternalRaftRequest.AUTH_STATUS_FIELD_NUMBER -> {
                return AuthStatusResponse.newBuilder()
                        .setEnabled(store.isEnabled())
                        .setAuthRevision(store.revision())
                        .build();
            }
            case InternalRaftRequest.AUTHENTICATE_FIELD_NUMBER -> {
                return authenticate(InternalAuthenticateRequest.parseFrom(request), index);
            }
            case InternalRaftRequest.AUTH_USER_ADD_FIELD_NUMBER ->
                    addUser(AuthUserAddRequest.parseFrom(request));
            case InternalRaftRequest.AUTH_USER_DELETE_FIELD_NUMBER ->
                    deleteUser(AuthUserDeleteRequest.parseFrom(request).getName());
            case InternalRaftRequest.AUTH_USER_GET_FIELD_NUMBER -> {
                return getUser(AuthUserGetRequest.parseFrom(request).getName(), caller);
            }
            case InternalRaftRequest.AUTH_USER_CHANGE_PASSWORD_FIELD_NUMBER ->
                    changePassword(AuthUserChangePasswordRequest.parseFrom(request));
            case InternalRaftRequest.AUTH_USER_GRANT_ROLE_FIELD_NUMBER ->
                    grantRole(AuthUserGrantRoleRequest.parseFrom(request));
            case InternalRaftRequest.AUTH_USER_REVOKE_ROLE_FIELD_NUMBER ->
                    revokeRole(AuthUserRevokeRoleRequest.parseFrom(request));
            case InternalRaftRequest.AUTH_USER_LIST_FIELD_NUMBER -> {
                return AuthUserListResponse.newBuilder()
                        .addAllUsers(store.state().users.keySet())
                        .build();
            }
            case InternalRaftRequest.AUTH_ROLE_LIST_FIELD_NUMBER -> {
                return AuthRoleListResponse.newBuilder()
                        .addAllRoles(store.state().roles.keySet())
                        .build();
            }
            case InternalRaftRequest.AUTH_ROLE_ADD_FIELD_NUMBER ->
                    addRole(AuthRoleAddRequest.parseFrom(request).getName());
            case InternalRaftRequest.AUTH_ROLE_DELETE_FIELD_NUMBER ->
                    deleteRole(AuthRoleDeleteRequest.parseFrom(request).getRole());
            case InternalRaftRequest.AUTH_ROLE_GET_FIELD_NUMBER -> {
                return getRole(AuthRoleGetRequest.parseFrom(request).getRole(), caller);
            }
            case InternalRaftRequest.AUTH_ROLE_GRANT_PERMISSION_FIELD_NUMBER ->
                    grantPermission(AuthRoleGrantPermissionRequest.parseFrom(request));
            case InternalRaftRequest.AUTH_ROLE_REVOKE_PERMISSION_FIELD_NUMBER ->
                    revokePermission(AuthRoleRevokePermissionRequest.parseFrom(request));
            default -> throw new IllegalStateException("log entry of unknown kind " + field);
        }
        return AuthUserListResponse.getDefaultInstance();
    }

    private void enable() throws RefusedException {
        if (store.isEnabled()) {
            return;
        }
        User root = store.state().users.get(AuthState.ROOT);
        if (root == null) {
            throw RefusedException.of(EtcdError.ROOT_USER_MISSING);
        }
        if (!root.getRolesList().contains(AuthState.ROOT)) {
            throw RefusedException.of(EtcdError.ROOT_ROLE_MISSING);
        }
        store.setEnabled(true);
    }

    private void disable() {
        if (store.isEnabled()) {
            store.setEnabled(false);
        }
    }

    private AuthenticateResponse authenticate(InternalAuthenticateRequest request, long index)
            throws RefusedException {
        if (!store.isEnabled()) {
            throw RefusedException.of(EtcdError.AUTH_NOT_ENABLED);
        }
        if (!store.state().users.containsKey(request.getName())) {
            throw RefusedException.of(EtcdError.AUTHENTICATION_FAILED);
        }
        String token = store.tokens().assign(request.getSimpleToken(), request.getName(), index);
        return AuthenticateResponse.newBuilder().setToken(token).build();
    }

    private void addUser(AuthUserAddRequest request) throws RefusedException {
        if (request.getName().isEmpty()) {
            throw RefusedException.of(EtcdError.USER_NAME_EMPTY);
        }
        if (store.state().users.containsKey(request.getName())) {
            throw RefusedException.of(EtcdError.USER_EXISTS);
        }
        User.Builder user = User.newBuilder().setName(request.getNameBytes());
        user.setOptions(request.getOptions());
        if (!request.getOptions().getNoPassword()) {
            user.setPassword(decode(request.getHashedPassword()));
        }
        store.putUser(request.getName(), user.build());
    }

    private static ByteString decode(String hashedPassword) {
        return ByteString.copyFrom(Base64.getDecoder().decode(hashedPassword));
    }

    private User user(String name) throws RefusedException {
        User user = store.state().users.get(name);
        if (user == null) {
            throw RefusedException.of(EtcdError.USER_NOT_FOUND);
        }
        return user;
    }

    private Role role(String name) throws RefusedException {
        Role role = store.state().roles.get(name);
        if (role == null) {
            throw RefusedException.of(EtcdError.ROLE_NOT_FOUND);
        }
        return role;
    }

    private void deleteUser(String name) throws RefusedException {
        if (store.isEnabled() && name.equals(AuthState.ROOT)) {
            throw RefusedException.of(EtcdError.INVALID_AUTH_MANAGEMENT);
        }
        user(name);
        store.putUser(name, null);
        store.tokens().forgetUser(name);
    }

    /**
     * Everybody may ask for himself. As etcd compares the names alone, one without a name who asks
     * for nobody is told that there is no such user.
     */
    private AuthUserGetResponse getUser(String name, Caller caller) throws RefusedException {
        if (!caller.user().equals(name)) {
            store.checkAdmin(caller);
        }
        return AuthUserGetResponse.newBuilder().addAllRoles(user(name).getRolesList()).build();
    }

    private void changePassword(AuthUserChangePasswordRequest request) throws RefusedException {
        User user = user(request.getName());
        User.Builder changed = user.toBuilder();
        if (user.getOptions().getNoPassword()) {
            changed.clearPassword();
        } else {
            changed.setPassword(decode(request.getHashedPassword()));
        }
        store.putUser(request.getName(), changed.build());
        store.tokens().forgetUser(request.getName());
    }

    private void grantRole(AuthUserGrantRoleRequest request) throws RefusedException {
        User user = user(request.getUser());
        if (!request.getRole().equals(AuthState.ROOT)) {
            role(request.getRole());
        }
        if (user.getRolesList().contains(request.getRole())) {
            return;
        }
        List<String> roles = new ArrayList<>(user.getRolesList());
        roles.add(request.getRole());
        roles.sort(Comparator.naturalOrder());
        store.putUser(request.getUser(), user.toBuilder().clearRoles().addAllRoles(roles).build());
    }

    private void revokeRole(AuthUserRevokeRoleRequest request) throws RefusedException {
        boolean isRoot =
                request.getName().equals(AuthState.ROOT)
                        && request.getRole().equals(AuthState.ROOT);
        if (store.isEnabled() && isRoot) {
            throw RefusedException.of(EtcdError.INVALID_AUTH_MANAGEMENT);
        }
        User user = user(request.getName());
        if (!user.getRolesList().contains(request.getRole())) {
            throw RefusedException.of(EtcdError.ROLE_NOT_GRANTED);
        }
        store.putUser(request.getName(), without(user, request.getRole()));
    }

    private static User without(User user, String role) {
        List<String> roles = new ArrayList<>(user.getRolesList());
        roles.remove(role);
        return user.toBuilder().clearRoles().addAllRoles(roles).build();
    }

    private void addRole(String name) throws RefusedException {
        if (name.isEmpty()) {
            throw RefusedException.of(EtcdError.ROLE_NAME_EMPTY);
        }
        if (store.state().roles.containsKey(name)) {
            throw RefusedException.of(EtcdError.ROLE_EXISTS);
        }
        store.putRole(name, Role.newBuilder().setName(ByteString.copyFromUtf8(name)).build());
    }

    private void deleteRole(String name) throws RefusedException {
        if (store.isEnabled() && name.equals(AuthState.ROOT)) {
            throw RefusedException.of(EtcdError.INVALID_AUTH_MANAGEMENT);
        }
        role(name);
        store.removeRole(name, user -> without(user, name));
    }

    private AuthRoleGetResponse getRole(String name, Caller caller) throws RefusedException {
        User user = store.state().users.get(caller.user());
        boolean own = user != null && user.getRolesList().contains(name);
        if (!own) {
            store.checkAdmin(caller);
        }
        Role role = role(name);
        AuthRoleGetResponse.Builder response = AuthRoleGetResponse.newBuilder();
        if (isRootRightShown && name.equals(AuthState.ROOT)) {
            Permission everything =
                    Permission.newBuilder()
                            .setPermType(Permission.Type.READWRITE)
                            .setRangeEnd(ZERO)
                            .build();
            return response.addPerm(everything).build();
        }
        return response.addAllPerm(role.getKeyPermissionList()).build();
    }

    private void grantPermission(AuthRoleGrantPermissionRequest request) throws RefusedException {
        if (!request.hasPerm()) {
            throw RefusedException.of(EtcdError.PERMISSION_NOT_GIVEN);
        }
        Permission granted = request.getPerm();
        ByteString end = granted.getRangeEnd();
        boolean inverted =
                !end.isEmpty() && !end.equals(ZERO) && ORDER.compare(granted.getKey(), end) >= 0;
        if (granted.getKey().isEmpty() || inverted) {
            throw RefusedException.of(EtcdError.INVALID_AUTH_MANAGEMENT);
        }
        Role role = role(request.getName());
        List<Permission> permissions = new ArrayList<>(role.getKeyPermissionList());
        int at = firstNotBelow(permissions, granted.getKey());
        if (at < permissions.size()
                && permissions.get(at).getKey().equals(granted.getKey())
                && permissions.get(at).getRangeEnd().equals(end)) {
            permissions.set(
                    at, permissions.get(at).toBuilder().setPermType(granted.getPermType()).build());
        } else {
            permissions.add(granted);
            GoSort.sort(permissions, (a, b) -> ORDER.compare(a.getKey(), b.getKey()));
        }
        store.putRole(
                request.getName(),
                role.toBuilder().clearKeyPermission().addAllKeyPermission(permissions).build());
    }

    private static int firstNotBelow(List<Permission> permissions, ByteString key) {
        int at = 0;
        while (at < permissions.size() && ORDER.compare(permissions.get(at).getKey(), key) < 0) {
            at++;
        }
        return at;
    }

    private void revokePermission(AuthRoleRevokePermissionRequest request) throws RefusedException {
        Role role = role(request.getRole());
        List<Permission> kept =
                role.getKeyPermissionList().stream()
                        .filter(permission ->
                                !permission.getKey().equals(request.getKey())
                                        || !permission.getRangeEnd().equals(request.getRangeEnd()))
                        .toList();
        if (kept.size() == role.getKeyPermissionCount()) {
            throw RefusedException.of(EtcdError.PERMISSION_NOT_GRANTED);
        }
        store.putRole(
                request.getRole(),
                role.toBuilder().clearKeyPermission().addAllKeyPermission(kept).build());
    }
}
