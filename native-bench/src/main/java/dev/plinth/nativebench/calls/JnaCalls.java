package dev.plinth.nativebench.calls;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The same calls by JNA: by an interface, whose calls go through a proxy, and by direct mapping,
 * whose calls are native methods that JNA binds. JNA's names of the functions are the C library's.
 */
final class JnaCalls {
    /** The C library by interface mapping. */
    public interface CLibrary extends Library {
        int getppid();
    }

    static {
        Native.register(JnaCalls.class, "c");
    }

    private JnaCalls() {}

    static CLibrary byInterface() {
        return Native.load("c", CLibrary.class);
    }

    static native int getppid();

    static native long pread(int descriptor, Pointer target, long length, long position);

    static native long pwrite(int descriptor, Pointer source, long length, long position);
}
