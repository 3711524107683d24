/** One example for each feature of the client; {@code docs/client.md} quotes them. */
@NullMarked
package dev.plinth.testing.examples;

import org.jspecify.annotations.NullMarked;
