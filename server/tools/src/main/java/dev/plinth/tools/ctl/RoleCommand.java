package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.authpb.Permission;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthRoleAddResponse;
import dev.plinth.api.etcdserverpb.AuthRoleDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthRoleDeleteResponse;
import dev.plinth.api.etcdserverpb.AuthRoleGetRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionResponse;
import dev.plinth.api.etcdserverpb.AuthRoleListRequest;
import dev.plinth.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.plinth.api.etcdserverpb.AuthRoleRevokePermissionResponse;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.print.PermissionText;
import java.util.List;
import java.util.Locale;

/** role add, delete, get, list, grant-permission, revoke-permission. */
final class RoleCommand {
    private static final Flag[] RANGE = {
        Flag.bool("prefix", "the permission is about all keys that begin with the key"),
        Flag.bool("from-key", "the permission is about all keys from the key on")
    };

    private final CtlContext context;

    RoleCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("role <subcommand>", "Role related commands")
                .add(
                        new Command("add <role name>", "Adds a new role").does(this::add),
                        new Command("delete <role name>", "Deletes a role").does(this::delete),
                        new Command("get <role name>", "Gets detailed information of a role")
                                .does(this::get),
                        new Command(
                                        "grant-permission [options] <role name> <permission type>"
                                                + " <key> [endkey]",
                                        "Grants a key to a role")
                                .flags(RANGE)
                                .does(this::grant),
                        new Command("list", "Lists all roles").does(this::list),
                        new Command(
                                        "revoke-permission <role name> <key> [endkey]",
                                        "Revokes a key from a role")
                                .flags(RANGE)
                                .does(this::revoke));
    }

    private static String onlyRole(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments(
                    "role "
                            + flags.command().name()
                            + " command requires role name as its argument");
        }
        return flags.arguments().getFirst();
    }

    private void add(ParsedFlags flags) throws ToolFailure {
        String role = onlyRole(flags);
        AuthRoleAddRequest request = AuthRoleAddRequest.newBuilder().setName(role).build();
        context.told(
                flags,
                AuthGrpc.getRoleAddMethod(),
                request,
                AuthRoleAddResponse::getHeader,
                "Role " + role + " created");
    }

    private void delete(ParsedFlags flags) throws ToolFailure {
        String role = onlyRole(flags);
        AuthRoleDeleteRequest request = AuthRoleDeleteRequest.newBuilder().setRole(role).build();
        context.told(
                flags,
                AuthGrpc.getRoleDeleteMethod(),
                request,
                AuthRoleDeleteResponse::getHeader,
                "Role " + role + " deleted");
    }

    private void get(ParsedFlags flags) throws ToolFailure {
        String role = onlyRole(flags);
        AuthRoleGetRequest request = AuthRoleGetRequest.newBuilder().setRole(role).build();
        context.connected(
                flags,
                session ->
                        session.printer()
                                .roleGet(
                                        role,
                                        session.patientCall(AuthGrpc.getRoleGetMethod(), request)));
    }

    private void list(ParsedFlags flags) throws ToolFailure {
        if (!flags.arguments().isEmpty()) {
            throw ToolFailure.arguments("role list command requires no arguments");
        }
        context.connected(
                flags,
                session ->
                        session.printer()
                                .roleList(
                                        session.patientCall(
                                                AuthGrpc.getRoleListMethod(),
                                                AuthRoleListRequest.getDefaultInstance())));
    }

    // ---------------------------------------------------------------- permissions

    /** What the words from the key on mean. */
    private static KeyFlags.Range range(ParsedFlags flags, List<String> keys) throws ToolFailure {
        boolean isPrefix = flags.isOn("prefix");
        boolean isFromKey = flags.isOn("from-key");
        if (isPrefix && isFromKey) {
            throw ToolFailure.arguments("--from-key and --prefix flags are mutually exclusive");
        }
        if (keys.size() > 1) {
            if (isPrefix || isFromKey) {
                throw ToolFailure.arguments(
                        "unexpected endkey argument with --%s flag"
                                .formatted(isPrefix ? "prefix" : "from-key"));
            }
            return new KeyFlags.Range(KeyFlags.bytes(keys.get(0)), KeyFlags.bytes(keys.get(1)));
        }
        if (keys.getFirst().isEmpty() && !isPrefix && !isFromKey) {
            return new KeyFlags.Range(ByteString.copyFrom(new byte[1]), ByteString.EMPTY);
        }
        return KeyFlags.Range.of(keys.getFirst(), isPrefix, isFromKey);
    }

    private void grant(ParsedFlags flags) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.size() < 3 || words.size() > 4) {
            throw ToolFailure.arguments(
                    "role grant command requires role name, permission type, and key [endkey] as"
                            + " its argument");
        }
        KeyFlags.Range range = range(flags, words.subList(2, words.size()));
        Permission.Type type =
                switch (words.get(1).toUpperCase(Locale.ROOT)) {
                    case "READ" -> Permission.Type.READ;
                    case "WRITE" -> Permission.Type.WRITE;
                    case "READWRITE" -> Permission.Type.READWRITE;
                    default ->
                            throw ToolFailure.arguments("invalid permission type: " + words.get(1));
                };
        AuthRoleGrantPermissionRequest request =
                AuthRoleGrantPermissionRequest.newBuilder()
                        .setName(words.getFirst())
                        .setPerm(
                                Permission.newBuilder()
                                        .setPermType(type)
                                        .setKey(range.key())
                                        .setRangeEnd(range.end()))
                        .build();
        context.told(
                flags,
                AuthGrpc.getRoleGrantPermissionMethod(),
                request,
                AuthRoleGrantPermissionResponse::getHeader,
                "Role " + words.getFirst() + " updated");
    }

    private void revoke(ParsedFlags flags) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.size() < 2 || words.size() > 3) {
            throw ToolFailure.arguments(
                    "role revoke-permission command requires role name and key [endkey] as its"
                            + " argument");
        }
        KeyFlags.Range range = range(flags, words.subList(1, words.size()));
        AuthRoleRevokePermissionRequest request =
                AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole(words.getFirst())
                        .setKey(range.key())
                        .setRangeEnd(range.end())
                        .build();
        context.told(
                flags,
                AuthGrpc.getRoleRevokePermissionMethod(),
                request,
                AuthRoleRevokePermissionResponse::getHeader,
                "Permission of %s %s is revoked from role %s"
                        .formatted(
                                range.end().isEmpty() ? "key" : "range",
                                PermissionText.range(range.key(), range.end()),
                                words.getFirst()));
    }
}
