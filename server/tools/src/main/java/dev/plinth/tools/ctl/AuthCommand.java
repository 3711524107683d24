package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.AuthDisableRequest;
import dev.plinth.api.etcdserverpb.AuthEnableRequest;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthStatusRequest;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.server.core.EtcdError;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;

/** auth enable, disable, status. */
final class AuthCommand {
    private static final String ROOT = "root";

    private final CtlContext context;

    AuthCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("auth <enable, disable or status>", "Manage authentication")
                .add(
                        new Command("disable", "Disables authentication").does(this::disable),
                        new Command("enable", "Enables authentication").does(this::enable),
                        new Command("status", "Returns authentication status").does(this::status));
    }

    private static void requireNoWords(ParsedFlags flags) throws ToolFailure {
        if (!flags.arguments().isEmpty()) {
            throw ToolFailure.arguments(
                    "auth " + flags.command().name() + " command does not accept any arguments");
        }
    }

    private void enable(ParsedFlags flags) throws ToolFailure {
        requireNoWords(flags);
        context.connected(
                flags,
                session -> {
                    try {
                        enable(session);
                    } catch (CallFailure e) {
                        if (!e.is(EtcdError.ROOT_ROLE_MISSING)) {
                            throw e;
                        }
                        session.call(
                                AuthGrpc.getRoleAddMethod(),
                                AuthRoleAddRequest.newBuilder().setName(ROOT).build());
                        session.call(
                                AuthGrpc.getUserGrantRoleMethod(),
                                AuthUserGrantRoleRequest.newBuilder()
                                        .setUser(ROOT)
                                        .setRole(ROOT)
                                        .build());
                        enable(session);
                    }
                    session.console().println("Authentication Enabled");
                });
    }

    private static void enable(CtlSession session) throws CallFailure {
        session.call(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance());
    }

    private void disable(ParsedFlags flags) throws ToolFailure {
        requireNoWords(flags);
        context.connected(
                flags,
                session -> {
                    session.call(
                            AuthGrpc.getAuthDisableMethod(),
                            AuthDisableRequest.getDefaultInstance());
                    session.console().println("Authentication Disabled");
                });
    }

    private void status(ParsedFlags flags) throws ToolFailure {
        requireNoWords(flags);
        context.connected(
                flags,
                session ->
                        session.printer()
                                .authStatus(
                                        session.call(
                                                AuthGrpc.getAuthStatusMethod(),
                                                AuthStatusRequest.getDefaultInstance())));
    }
}
