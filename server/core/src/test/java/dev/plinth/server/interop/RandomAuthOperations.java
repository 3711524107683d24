package dev.plinth.server.interop;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.plinth.api.authpb.Permission;
import dev.plinth.api.authpb.UserAddOptions;
import dev.plinth.api.etcdserverpb.AuthDisableRequest;
import dev.plinth.api.etcdserverpb.AuthEnableRequest;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthRoleDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGetRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.plinth.api.etcdserverpb.AuthRoleListRequest;
import dev.plinth.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthUserDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthUserGetRequest;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.api.etcdserverpb.AuthUserListRequest;
import dev.plinth.api.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A seeded stream of auth requests over few users and roles, and of callers. Root's password never
 * changes, so that somebody can always go on.
 */
final class RandomAuthOperations {
    static final String ROOT = "root";
    static final String NOBODY = "";
    private static final String ROOT_PASSWORD = "rootpw";
    private static final int USERS = 4;
    private static final int ROLES = 3;
    private static final int KEYS = 40;

    private final RandomGenerator random;

    RandomAuthOperations(RandomGenerator random) {
        this.random = random;
    }

    /** What both servers get first. */
    static List<Message> setUp() {
        return List.of(
                AuthUserAddRequest.newBuilder().setName(ROOT).setPassword(ROOT_PASSWORD).build(),
                AuthUserGrantRoleRequest.newBuilder().setUser(ROOT).setRole(ROOT).build());
    }

    /** Root gets a token. */
    static AuthenticateRequest rootLogin() {
        return AuthenticateRequest.newBuilder().setName(ROOT).setPassword(ROOT_PASSWORD).build();
    }

    /** On whose behalf the next request is made: mostly root, or little would come through. */
    String caller() {
        int dice = random.nextInt(100);
        if (dice < 60) {
            return ROOT;
        }
        return dice < 97 ? "u" + random.nextInt(USERS) : NOBODY;
    }

    Message next() {
        return switch (random.nextInt(40)) {
            case 0 -> AuthEnableRequest.getDefaultInstance();
            case 1 ->
                    random.nextInt(4) == 0
                            ? AuthDisableRequest.getDefaultInstance()
                            : AuthEnableRequest.getDefaultInstance();
            case 2, 3 ->
                    AuthUserAddRequest.newBuilder()
                            .setName(user())
                            .setPassword(password())
                            .setOptions(
                                    UserAddOptions.newBuilder()
                                            .setNoPassword(random.nextInt(10) == 0))
                            .build();
            case 4 -> AuthUserDeleteRequest.newBuilder().setName(user()).build();
            case 5 -> AuthUserGetRequest.newBuilder().setName(user()).build();
            case 6 -> AuthUserListRequest.getDefaultInstance();
            case 7 ->
                    AuthUserChangePasswordRequest.newBuilder()
                            .setName(user())
                            .setPassword(password())
                            .build();
            case 8, 9, 10, 11, 12 ->
                    AuthUserGrantRoleRequest.newBuilder().setUser(user()).setRole(role()).build();
            case 13 ->
                    AuthUserRevokeRoleRequest.newBuilder().setName(user()).setRole(role()).build();
            case 14, 15, 16 -> AuthRoleAddRequest.newBuilder().setName(role()).build();
            case 17 -> AuthRoleDeleteRequest.newBuilder().setRole(role()).build();
            case 18 -> AuthRoleGetRequest.newBuilder().setRole(role()).build();
            case 19 -> AuthRoleListRequest.getDefaultInstance();
            case 20, 21, 22, 23, 24, 25 ->
                    AuthRoleGrantPermissionRequest.newBuilder()
                            .setName(role())
                            .setPerm(
                                    Permission.newBuilder()
                                            .setPermTypeValue(random.nextInt(3))
                                            .setKey(key())
                                            .setRangeEnd(rangeEnd()))
                            .build();
            case 26, 27 ->
                    AuthRoleRevokePermissionRequest.newBuilder()
                            .setRole(role())
                            .setKey(key())
                            .setRangeEnd(rangeEnd())
                            .build();
            case 28, 29, 30, 31 -> rootLogin();
            default ->
                    AuthenticateRequest.newBuilder()
                            .setName(user())
                            .setPassword(password())
                            .build();
        };
    }

    private String user() {
        return random.nextInt(60) == 0 ? "" : "u" + random.nextInt(USERS);
    }

    private String role() {
        return random.nextInt(60) == 0 ? "" : "r" + random.nextInt(ROLES);
    }

    private String password() {
        return random.nextInt(4) == 0 ? "other" : "pw";
    }

    private ByteString key() {
        return ByteString.copyFromUtf8("k%d".formatted(random.nextInt(KEYS / 10)));
    }

    private ByteString rangeEnd() {
        return switch (random.nextInt(6)) {
            case 0 -> ByteString.EMPTY;
            case 1 -> ByteString.copyFrom(new byte[1]);
            default -> ByteString.copyFromUtf8("k%d".formatted(random.nextInt(KEYS / 10 + 2)));
        };
    }
}
