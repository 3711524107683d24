package dev.plinth.nativebench;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Whether somebody is looking. */
final class Terminal {
    static final int STANDARD_ERROR = 2;

    private Terminal() {}

    static boolean isTerminal(int descriptor) {
        Linker linker = Linker.nativeLinker();
        MethodHandle isatty =
                linker.downcallHandle(
                        linker.defaultLookup().find("isatty").orElseThrow(),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try {
            return (int) isatty.invokeExact(descriptor) == 1;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
