/**
 * The log of the process, in the layout that etcd's operators and their tools read: one JSON object
 * a line (or tab-separated console text), fields in zap's order, identical lines sampled. Engine
 * modules log through {@link System.Logger}; {@link dev.plinth.server.log.SinkLoggerFinder} brings
 * them here. Writing is synchronous, as a line must be out before the process ends.
 */
@NullMarked
package dev.plinth.server.log;

import org.jspecify.annotations.NullMarked;
