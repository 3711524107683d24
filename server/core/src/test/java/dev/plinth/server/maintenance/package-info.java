/** Tests of versions and downgrades. */
@NullMarked
package dev.plinth.server.maintenance;

import org.jspecify.annotations.NullMarked;
