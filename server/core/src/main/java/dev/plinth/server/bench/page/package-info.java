/** Pages and charts of the measuring commands: HTML and SVG in one file, without a library. */
@NullMarked
package dev.plinth.server.bench.page;

import org.jspecify.annotations.NullMarked;
