/** Tests of spans, with a collector of their own. */
package dev.plinth.server.tracing;
