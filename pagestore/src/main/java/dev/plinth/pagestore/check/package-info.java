/**
 * Verification of a whole state: that each page is reached once, free, or neither by mistake, and
 * that keys are in order. Reads only; goes on after a finding as far as the file allows. Findings
 * that the reference reports too have its texts.
 */
@NullMarked
package dev.plinth.pagestore.check;

import org.jspecify.annotations.NullMarked;
