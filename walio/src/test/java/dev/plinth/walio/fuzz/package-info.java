/** What the tests of the coverage-guided fuzzers share. */
@NullMarked
package dev.plinth.walio.fuzz;

import org.jspecify.annotations.NullMarked;
