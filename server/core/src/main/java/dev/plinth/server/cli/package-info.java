/**
 * The command-line conventions of etcd's tools: picocli reads the command line, and what the user
 * sees (grammar, usage texts, messages, exit codes) is as Go's cobra and pflag libraries have it.
 *
 * <p>A command is a {@link dev.plinth.server.cli.CobraCommand} with picocli annotations: {@code
 * header} is the short description, {@code description} the long one, {@code customSynopsis} the
 * usage line, and the {@code paramLabel} of an option its pflag type.
 */
@NullMarked
package dev.plinth.server.cli;

import org.jspecify.annotations.NullMarked;
