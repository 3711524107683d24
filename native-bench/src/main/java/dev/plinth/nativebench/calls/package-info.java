/**
 * What it costs to enter the kernel from Java: by a downcall of {@code java.lang.foreign}, by JNA,
 * by {@code FileChannel}, beside a loop of machine code that has nothing of Java in it.
 */
@NullMarked
package dev.plinth.nativebench.calls;

import org.jspecify.annotations.NullMarked;
