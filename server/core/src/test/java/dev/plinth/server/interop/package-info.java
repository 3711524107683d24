/**
 * Plinth beside the real programs: the same commands against both, the same directories under both.
 * Every test here starts real processes on loopback, and stops them by their process handles.
 */
@NullMarked
package dev.plinth.server.interop;

import org.jspecify.annotations.NullMarked;
