/** File systems of the running kernel for tests, in image files on loop devices. */
@NullMarked
package dev.plinth.walio.image;

import org.jspecify.annotations.NullMarked;
