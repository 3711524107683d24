/**
 * Measures durable writes. {@link dev.plinth.nativebench.measure.Bench} takes short slices of all
 * write paths in turn, in random order, so that a disturbance from outside hits all of them alike;
 * only figures of one run are compared.
 */
@NullMarked
package dev.plinth.nativebench.measure;

import org.jspecify.annotations.NullMarked;
