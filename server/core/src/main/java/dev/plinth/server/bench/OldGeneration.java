package dev.plinth.server.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a Java virtual machine what its old generation holds; other processes have none. */
final class OldGeneration {
    private static final Pattern USED =
            Pattern.compile("(?:tenured|ParOldGen).*?used (\\d+)K", Pattern.CASE_INSENSITIVE);

    private OldGeneration() {}

    /** Bytes in use, what is dead and not yet collected included; NaN where there is none. */
    static double usedBytes(long pid) throws IOException, InterruptedException {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(tool)) {
            return Double.NaN;
        }
        Process process =
                new ProcessBuilder(tool.toString(), Long.toString(pid), "GC.heap_info")
                        .redirectErrorStream(true)
                        .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Matcher used = USED.matcher(text);
        return used.find() ? Long.parseLong(used.group(1)) * 1024.0 : Double.NaN;
    }
}
