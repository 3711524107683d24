package dev.plinth.tools.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The words that the process was started with, byte for byte. The virtual machine decodes them by
 * the locale and loses what does not fit it, so that a key given in UTF-8 under the C locale would
 * be another key.
 */
public final class ProcessWords {
    private ProcessWords() {}

    /** The words of {@code main}, as {@link RawText}. */
    public static List<String> of(String[] decoded) {
        if (Arrays.stream(decoded).allMatch(ProcessWords::isPlain)) {
            return List.of(decoded);
        }
        try {
            List<String> all = split(Files.readAllBytes(Path.of("/proc/self/cmdline")));
            return all.subList(all.size() - decoded.length, all.size());
        } catch (IOException | IndexOutOfBoundsException _) {
            return List.of(decoded);
        }
    }

    private static boolean isPlain(String word) {
        return word.chars().allMatch(c -> c < 0x80 && c != '?');
    }

    private static List<String> split(byte[] commandLine) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                words.add(RawText.decode(commandLine, start, i));
                start = i + 1;
            }
        }
        return words;
    }
}
