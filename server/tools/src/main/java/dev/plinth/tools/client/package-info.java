/** The client side of the protocol as the tools need it: connections, retries, watches, leases. */
@NullMarked
package dev.plinth.tools.client;

import org.jspecify.annotations.NullMarked;
