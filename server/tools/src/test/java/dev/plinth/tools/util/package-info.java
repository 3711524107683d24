@NullMarked
package dev.plinth.tools.util;

import org.jspecify.annotations.NullMarked;
