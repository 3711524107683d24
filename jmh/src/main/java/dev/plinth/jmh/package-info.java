/** Benchmarks, by package of what they measure. Nothing depends on this module. */
package dev.plinth.jmh;
