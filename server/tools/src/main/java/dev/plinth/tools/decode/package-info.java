/** Values that Kubernetes stores, made readable without its schemas. Source: tools.md 6. */
@NullMarked
package dev.plinth.tools.decode;

import org.jspecify.annotations.NullMarked;
