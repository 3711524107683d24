/**
 * The command line, environment and config file of a member, in etcd's form. {@link
 * dev.plinth.server.config.FlagTable} is the one list of flags; {@link
 * dev.plinth.server.config.ServerConfig} is what the rest of the server sees, concluded once and
 * immutable. Nothing here opens a file but the config file, and nothing here starts anything.
 */
@NullMarked
package dev.plinth.server.config;

import org.jspecify.annotations.NullMarked;
