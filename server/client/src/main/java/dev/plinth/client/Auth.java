package dev.plinth.client;

import dev.plinth.api.etcdserverpb.AuthDisableRequest;
import dev.plinth.api.etcdserverpb.AuthEnableRequest;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthRoleDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.plinth.api.etcdserverpb.AuthRoleListRequest;
import dev.plinth.api.etcdserverpb.AuthRoleListResponse;
import dev.plinth.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.plinth.api.etcdserverpb.AuthStatusRequest;
import dev.plinth.api.etcdserverpb.AuthStatusResponse;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthUserDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthUserGetRequest;
import dev.plinth.api.etcdserverpb.AuthUserGetResponse;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.api.etcdserverpb.AuthUserListRequest;
import dev.plinth.api.etcdserverpb.AuthUserListResponse;
import dev.plinth.api.etcdserverpb.AuthUserRevokeRoleRequest;
import io.grpc.MethodDescriptor;
import java.util.List;

/**
 * Users and what they may do. Methods wait for the answer and throw an {@link EtcdException}. Keys
 * are those of the server, also in a namespace.
 */
public final class Auth {
    private final Calls calls;
    private final CallOptions options;

    Auth(Calls calls, CallOptions options) {
        this.calls = calls;
        this.options = options;
    }

    private <Q, A> void call(MethodDescriptor<Q, A> method, Q request) {
        var _ = Await.result(calls.call(method, request, options, answer -> answer));
    }

    /** From now on users have to say who they are. There has to be a root with its role. */
    public void enable() {
        call(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance());
    }

    /** From now on everybody may do everything. */
    public void disable() {
        call(AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance());
    }

    /** Whether users have to say who they are. */
    public boolean isEnabled() {
        return Await.result(
                calls.call(
                        AuthGrpc.getAuthStatusMethod(),
                        AuthStatusRequest.getDefaultInstance(),
                        options,
                        AuthStatusResponse::getEnabled));
    }

    /** Adds a user. */
    public void addUser(String name, char[] password) {
        call(
                AuthGrpc.getUserAddMethod(),
                AuthUserAddRequest.newBuilder()
                        .setName(name)
                        .setPassword(new String(password))
                        .build());
    }

    /** Removes a user. */
    public void deleteUser(String name) {
        call(
                AuthGrpc.getUserDeleteMethod(),
                AuthUserDeleteRequest.newBuilder().setName(name).build());
    }

    /** Gives a user another password; what he was logged in with is void. */
    public void changePassword(String name, char[] password) {
        call(
                AuthGrpc.getUserChangePasswordMethod(),
                AuthUserChangePasswordRequest.newBuilder()
                        .setName(name)
                        .setPassword(new String(password))
                        .build());
    }

    /** Names of all users. */
    public List<String> users() {
        return List.copyOf(
                Await.result(
                        calls.call(
                                AuthGrpc.getUserListMethod(),
                                AuthUserListRequest.getDefaultInstance(),
                                options,
                                AuthUserListResponse::getUsersList)));
    }

    /** Roles of a user. */
    public List<String> rolesOf(String user) {
        return List.copyOf(
                Await.result(
                        calls.call(
                                AuthGrpc.getUserGetMethod(),
                                AuthUserGetRequest.newBuilder().setName(user).build(),
                                options,
                                AuthUserGetResponse::getRolesList)));
    }

    /** Gives a user a role. */
    public void grantRole(String user, String role) {
        call(
                AuthGrpc.getUserGrantRoleMethod(),
                AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
    }

    /** Takes a role from a user. */
    public void revokeRole(String user, String role) {
        call(
                AuthGrpc.getUserRevokeRoleMethod(),
                AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role).build());
    }

    /** Adds a role, which allows nothing yet. */
    public void addRole(String name) {
        call(AuthGrpc.getRoleAddMethod(), AuthRoleAddRequest.newBuilder().setName(name).build());
    }

    /** Removes a role. */
    public void deleteRole(String name) {
        call(
                AuthGrpc.getRoleDeleteMethod(),
                AuthRoleDeleteRequest.newBuilder().setRole(name).build());
    }

    /** Names of all roles. */
    public List<String> roles() {
        return List.copyOf(
                Await.result(
                        calls.call(
                                AuthGrpc.getRoleListMethod(),
                                AuthRoleListRequest.getDefaultInstance(),
                                options,
                                AuthRoleListResponse::getRolesList)));
    }

    /** Lets a role allow more. */
    public void grantPermission(String role, Permission permission) {
        Namespace.Interval interval = Namespace.NONE.interval(permission.keys());
        dev.plinth.api.authpb.Permission.Type type =
                switch (permission.access()) {
                    case READ -> dev.plinth.api.authpb.Permission.Type.READ;
                    case WRITE -> dev.plinth.api.authpb.Permission.Type.WRITE;
                    case READ_WRITE -> dev.plinth.api.authpb.Permission.Type.READWRITE;
                };
        call(
                AuthGrpc.getRoleGrantPermissionMethod(),
                AuthRoleGrantPermissionRequest.newBuilder()
                        .setName(role)
                        .setPerm(
                                dev.plinth.api.authpb.Permission.newBuilder()
                                        .setPermType(type)
                                        .setKey(interval.key())
                                        .setRangeEnd(interval.end()))
                        .build());
    }

    /** Takes from a role what it allows for exactly these keys. */
    public void revokePermission(String role, KeyRange keys) {
        Namespace.Interval interval = Namespace.NONE.interval(keys);
        call(
                AuthGrpc.getRoleRevokePermissionMethod(),
                AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole(role)
                        .setKey(interval.key())
                        .setRangeEnd(interval.end())
                        .build());
    }
}
