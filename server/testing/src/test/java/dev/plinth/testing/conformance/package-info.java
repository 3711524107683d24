/** One suite for the client, against members of Plinth and of the real etcd. */
@NullMarked
package dev.plinth.testing.conformance;

import org.jspecify.annotations.NullMarked;
