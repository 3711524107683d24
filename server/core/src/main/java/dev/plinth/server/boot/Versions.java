package dev.plinth.server.boot;

import dev.plinth.server.config.CompatVersion;
import dev.plinth.server.core.Build;
import java.io.PrintStream;
import java.util.Locale;

/** What this build calls itself, and what it calls itself to etcd's tools. */
final class Versions {
    private Versions() {}

    /** Prints our own version and the etcd that is stood in for. */
    static int print(PrintStream out) {
        out.println("Plinth " + Build.OWN.version());
        out.println("commit " + Build.OWN.commit());
        out.println("stands in for etcd " + CompatVersion.V3_7.release());
        out.println("Java " + Runtime.version());
        return 0;
    }

    /** Prints the four lines that {@code etcd --version} prints. */
    static int printAsEtcd(PrintStream out, CompatVersion compat) {
        out.println("etcd Version: " + compat.release());
        out.println("Git SHA: plinth-" + Build.OWN.version());
        out.println("Go Version: java" + Runtime.version().feature());
        out.println("Go OS/Arch: linux/" + architecture());
        return 0;
    }

    /** The machine's architecture as Go names it. */
    static String architecture() {
        String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }
}
