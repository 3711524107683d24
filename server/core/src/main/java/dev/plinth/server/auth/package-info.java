/**
 * Who may do what: users, roles, permissions on key intervals, passwords and tokens.
 *
 * <p>{@link dev.plinth.server.auth.AuthStore} holds the state that all members share and decides;
 * {@link dev.plinth.server.auth.AuthApplier} carries out what the log says about it; tokens live in
 * memory.
 */
@NullMarked
package dev.plinth.server.auth;

import org.jspecify.annotations.NullMarked;
