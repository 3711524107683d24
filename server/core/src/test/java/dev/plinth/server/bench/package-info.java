@NullMarked
package dev.plinth.server.bench;

import org.jspecify.annotations.NullMarked;
