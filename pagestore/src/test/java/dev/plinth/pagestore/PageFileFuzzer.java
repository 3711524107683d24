package dev.plinth.pagestore;

/**
 * Entry point of the coverage-guided fuzzer for page files. An input is the file, byte for byte, of
 * which the checksums of the meta pages are renewed; those of odd length are taken as they are.
 */
public final class PageFileFuzzer {
    private PageFileFuzzer() {}

    /** Called by the fuzzer with each input; what it throws is a finding. */
    public static void fuzzerTestOneInput(byte[] input) {
        byte[] content = input.clone();
        if (content.length % 2 == 0) {
            HostileFile.renewChecksums(content);
        }
        HostileFile.exercise(content);
    }
}
