/**
 * Members of Plinth inside a test's own JVM: no container, no process, no fixed ports. {@link
 * dev.plinth.testing.PlinthServer} is one member or a cluster, {@link
 * dev.plinth.testing.PlinthExtension} gives one to JUnit tests. Any client of etcd can be tested
 * against them.
 *
 * <p>The JVM should be started with {@code --enable-native-access=ALL-UNNAMED}, or it prints a
 * warning.
 */
@NullMarked
package dev.plinth.testing;

import org.jspecify.annotations.NullMarked;
