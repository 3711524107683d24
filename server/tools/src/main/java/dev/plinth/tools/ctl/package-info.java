/** The control client: {@code plinth ctl}, also under the name {@code etcdctl}. */
@NullMarked
package dev.plinth.tools.ctl;

import org.jspecify.annotations.NullMarked;
