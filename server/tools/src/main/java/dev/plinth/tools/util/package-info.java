/** The offline tool: {@code plinth util}, also under the name {@code etcdutl}. */
@NullMarked
package dev.plinth.tools.util;

import org.jspecify.annotations.NullMarked;
