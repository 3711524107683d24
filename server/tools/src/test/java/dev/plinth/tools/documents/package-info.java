/** What README and docs tell readers to type is typed here. */
@NullMarked
package dev.plinth.tools.documents;

import org.jspecify.annotations.NullMarked;
