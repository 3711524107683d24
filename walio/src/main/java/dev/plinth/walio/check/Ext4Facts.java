package dev.plinth.walio.check;

import java.util.List;
import java.util.Optional;

/**
 * What is known of an ext4 file system.
 *
 * @param fastCommit whether fast commits are in use
 * @param fastCommitEvidence where that was seen, a phrase
 * @param journal false only when it is certain that there is none
 * @param dataMode {@code ordered}, {@code writeback} or {@code journal}; empty if unknown
 * @param options effective options from {@code /proc/fs/ext4} and the mount table
 * @param features names of super block features; empty when it could not be read
 */
public record Ext4Facts(
        FastCommit fastCommit,
        String fastCommitEvidence,
        boolean journal,
        Optional<String> dataMode,
        List<String> options,
        List<String> features) {
    public Ext4Facts {
        options = List.copyOf(options);
        features = List.copyOf(features);
    }
}
