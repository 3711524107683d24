/** The write-ahead log in etcd's format. */
@NullMarked
package dev.plinth.walio;

import org.jspecify.annotations.NullMarked;
