@NullMarked
package dev.plinth.tools.decode;

import org.jspecify.annotations.NullMarked;
