package dev.plinth.tools.ctl;

import dev.plinth.api.authpb.UserAddOptions;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthRoleGetRequest;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserAddResponse;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordResponse;
import dev.plinth.api.etcdserverpb.AuthUserDeleteRequest;
import dev.plinth.api.etcdserverpb.AuthUserDeleteResponse;
import dev.plinth.api.etcdserverpb.AuthUserGetRequest;
import dev.plinth.api.etcdserverpb.AuthUserGetResponse;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleResponse;
import dev.plinth.api.etcdserverpb.AuthUserListRequest;
import dev.plinth.api.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.plinth.api.etcdserverpb.AuthUserRevokeRoleResponse;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.PasswordPrompt;
import dev.plinth.tools.text.InputLines;
import java.io.IOException;
import java.util.List;

/** user add, delete, get, list, passwd, grant-role, revoke-role. */
final class UserCommand {
    private static final Flag INTERACTIVE =
            Flag.bool(
                    "interactive",
                    true,
                    "Read password from stdin instead of interactive terminal");

    private final CtlContext context;

    UserCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("user <subcommand>", "User related commands")
                .add(
                        new Command("add <user name or user:password> [options]", "Adds a new user")
                                .flags(
                                        INTERACTIVE,
                                        Flag.text(
                                                "new-user-password",
                                                "",
                                                "Supply password from the command line flag"),
                                        Flag.bool(
                                                "no-password",
                                                "Create a user without password (CN based auth"
                                                        + " only)"))
                                .does(this::add),
                        new Command("delete <user name>", "Deletes a user").does(this::delete),
                        new Command(
                                        "get <user name> [options]",
                                        "Gets detailed information of a user")
                                .flags(
                                        Flag.bool(
                                                "detail",
                                                "Show permissions of roles granted to the user"))
                                .does(this::get),
                        new Command("grant-role <user name> <role name>", "Grants a role to a user")
                                .does(this::grant),
                        new Command("list", "Lists all users").does(this::list),
                        new Command("passwd <user name> [options]", "Changes password of user")
                                .flags(INTERACTIVE)
                                .does(this::changePassword),
                        new Command(
                                        "revoke-role <user name> <role name>",
                                        "Revokes a role from a user")
                                .does(this::revoke));
    }

    private static String onlyUser(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments(
                    "user "
                            + flags.command().name()
                            + " command requires user name as its argument");
        }
        return flags.arguments().getFirst();
    }

    // ---------------------------------------------------------------- passwords

    private void add(ParsedFlags flags) throws ToolFailure {
        String word = onlyUser(flags);
        context.connected(
                flags,
                session -> {
                    AuthUserAddRequest request = newUser(flags, word);
                    AuthUserAddResponse answer =
                            session.patientCall(AuthGrpc.getUserAddMethod(), request);
                    session.printer()
                            .sentence(
                                    answer,
                                    answer.getHeader(),
                                    "User " + request.getName() + " created");
                });
    }

    private AuthUserAddRequest newUser(ParsedFlags flags, String word) throws ToolFailure {
        AuthUserAddRequest.Builder user = AuthUserAddRequest.newBuilder().setName(word);
        if (flags.isOn("no-password")) {
            return user.setOptions(UserAddOptions.newBuilder().setNoPassword(true)).build();
        }
        user.setOptions(UserAddOptions.getDefaultInstance());
        if (!flags.text("new-user-password").isEmpty()) {
            return user.setPassword(flags.text("new-user-password")).build();
        }
        int colon = word.indexOf(':');
        if (colon == 0) {
            throw ToolFailure.arguments("empty user name is not allowed");
        }
        return colon < 0
                ? user.setPassword(newPassword(flags, word)).build()
                : user.setName(word.substring(0, colon))
                        .setPassword(word.substring(colon + 1))
                        .build();
    }

    private String newPassword(ParsedFlags flags, String user) throws ToolFailure {
        try {
            if (!flags.isOn("interactive")) {
                String line = new InputLines(context.console().in()).next();
                List<String> words = line == null ? List.of() : List.of(line.strip().split("\\s+"));
                return words.isEmpty() ? "" : words.getFirst();
            }
            String first = PasswordPrompt.ask(context.console(), "Password of " + user + ": ");
            if (first.isEmpty()) {
                throw ToolFailure.arguments("empty password");
            }
            String second =
                    PasswordPrompt.ask(
                            context.console(),
                            "Type password of " + user + " again for confirmation: ");
            if (!first.equals(second)) {
                throw ToolFailure.arguments("given passwords are different");
            }
            return first;
        } catch (IOException e) {
            throw ToolFailure.arguments("failed to ask password: " + e.getMessage());
        }
    }

    private void changePassword(ParsedFlags flags) throws ToolFailure {
        String user = onlyUser(flags);
        context.connected(
                flags,
                session -> {
                    AuthUserChangePasswordRequest request =
                            AuthUserChangePasswordRequest.newBuilder()
                                    .setName(user)
                                    .setPassword(newPassword(flags, user))
                                    .build();
                    AuthUserChangePasswordResponse answer =
                            session.patientCall(AuthGrpc.getUserChangePasswordMethod(), request);
                    session.printer().sentence(answer, answer.getHeader(), "Password updated");
                });
    }

    // ---------------------------------------------------------------- the rest

    private void delete(ParsedFlags flags) throws ToolFailure {
        String user = onlyUser(flags);
        AuthUserDeleteRequest request = AuthUserDeleteRequest.newBuilder().setName(user).build();
        context.told(
                flags,
                AuthGrpc.getUserDeleteMethod(),
                request,
                AuthUserDeleteResponse::getHeader,
                "User " + user + " deleted");
    }

    private void get(ParsedFlags flags) throws ToolFailure {
        String user = onlyUser(flags);
        AuthUserGetRequest request = AuthUserGetRequest.newBuilder().setName(user).build();
        context.connected(
                flags,
                session -> {
                    AuthUserGetResponse answer =
                            session.patientCall(AuthGrpc.getUserGetMethod(), request);
                    if (flags.isOn("detail")) {
                        detail(session, user, answer);
                    } else {
                        session.printer().userGet(user, answer);
                    }
                });
    }

    private static void detail(CtlSession session, String user, AuthUserGetResponse answer)
            throws CallFailure, ToolFailure {
        session.console().println("User: " + user);
        for (String role : answer.getRolesList()) {
            session.console().println("");
            session.printer()
                    .roleGet(
                            role,
                            session.patientCall(
                                    AuthGrpc.getRoleGetMethod(),
                                    AuthRoleGetRequest.newBuilder().setRole(role).build()));
        }
    }

    private void list(ParsedFlags flags) throws ToolFailure {
        if (!flags.arguments().isEmpty()) {
            throw ToolFailure.arguments("user list command requires no arguments");
        }
        context.connected(
                flags,
                session ->
                        session.printer()
                                .userList(
                                        session.patientCall(
                                                AuthGrpc.getUserListMethod(),
                                                AuthUserListRequest.getDefaultInstance())));
    }

    private void grant(ParsedFlags flags) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.size() != 2) {
            throw ToolFailure.arguments(
                    "user grant command requires user name and role name as its argument");
        }
        AuthUserGrantRoleRequest request =
                AuthUserGrantRoleRequest.newBuilder()
                        .setUser(words.get(0))
                        .setRole(words.get(1))
                        .build();
        context.told(
                flags,
                AuthGrpc.getUserGrantRoleMethod(),
                request,
                AuthUserGrantRoleResponse::getHeader,
                "Role %s is granted to user %s".formatted(words.get(1), words.get(0)));
    }

    private void revoke(ParsedFlags flags) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.size() != 2) {
            throw ToolFailure.arguments(
                    "user revoke-role requires user name and role name as its argument");
        }
        AuthUserRevokeRoleRequest request =
                AuthUserRevokeRoleRequest.newBuilder()
                        .setName(words.get(0))
                        .setRole(words.get(1))
                        .build();
        context.told(
                flags,
                AuthGrpc.getUserRevokeRoleMethod(),
                request,
                AuthUserRevokeRoleResponse::getHeader,
                "Role %s is revoked from user %s".formatted(words.get(1), words.get(0)));
    }
}
