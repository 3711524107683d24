package dev.plinth.walio.check;

/** What to say of an ext4: fast commit, journal and its modes. */
final class Ext4Rules {
    private final StorageFacts facts;
    private final Ext4Facts ext4;
    private final Findings findings;

    Ext4Rules(StorageFacts facts, Ext4Facts ext4, Findings findings) {
        this.facts = facts;
        this.ext4 = ext4;
        this.findings = findings;
    }

    void apply() {
        fastCommit();
        if (!ext4.journal()) {
            findings.warning(
                    "no-journal",
                    "this ext4 has no journal",
                    "A crash of the machine leaves the file system to fsck: renames and file"
                            + " sizes are not atomic, and a file may end up in lost+found.",
                    "Make the file system with a journal (tune2fs -O has_journal on an"
                            + " unmounted device).");
        }
        ext4.dataMode().ifPresent(this::dataMode);
        option(
                "journal_async_commit",
                "journal-async-commit",
                "The journal's commit block may reach the device before what it seals; the"
                        + " checksum has to find out after a crash.",
                "Leave the option away.");
        option(
                "nodelalloc",
                "no-delayed-allocation",
                "Blocks are allocated at the write instead of in larger runs later: files that"
                        + " grow fragment.",
                "Leave the option away.");
        option(
                "noauto_da_alloc",
                "no-auto-allocate-on-rename",
                "Programs that replace files without a sync may leave empty ones after a"
                        + " crash. Plinth syncs before it renames and is not hit.",
                "Leave the option away for the sake of other programs.");
    }

    private void option(String option, String check, String consequence, String remedy) {
        if (facts.hasOption(option)) {
            findings.info(check, "mount option " + option, consequence, remedy);
        }
    }

    private void dataMode(String mode) {
        if (mode.equals("writeback")) {
            findings.warning(
                    "data-writeback",
                    "mount option data=writeback: the journal does not wait for data",
                    "After a crash newly allocated blocks of a file can hold another file's old"
                            + " content. Zero-filled log segments are not hit, the growing"
                            + " database file is.",
                    "Mount with data=ordered (the default).");
        } else if (mode.equals("journal")) {
            findings.info(
                    "data-journal",
                    "mount option data=journal: all data goes through the journal",
                    "Everything is written twice, and direct transfers fall back to buffered"
                            + " ones.",
                    "Mount with data=ordered (the default).");
        }
    }

    private void fastCommit() {
        KernelVersion kernel = facts.kernel();
        String remedy =
                "Unmount, then tune2fs -O ^fast_commit on the device"
                        + (kernel.hasFastCommitBug()
                                ? "; or run a kernel of 5.17 or newer (5.15.27 of that series)."
                                : ".");
        switch (ext4.fastCommit()) {
            case OFF -> {}
            case ON -> {
                String fact = "ext4 fast commit is on (" + ext4.fastCommitEvidence() + ")";
                if (kernel.hasFastCommitBug()) {
                    findings.error(
                            "fast-commit-bug",
                            fact + " and kernel " + kernel + " may have its bug",
                            "After a power cut synced pages can read as zeros or hold old"
                                    + " content: database damage that bbolt's issue 562"
                                    + " documents. Distributions may have carried the fix back.",
                            remedy);
                } else {
                    findings.warning(
                            "fast-commit",
                            fact,
                            "The known bug is fixed in kernel "
                                    + kernel
                                    + ", but the feature still gets correctness fixes and no"
                                    + " tool turns it on by default; a zero-filled log gains"
                                    + " nothing from it.",
                            remedy);
                }
            }
            case UNKNOWN -> {
                if (kernel.hasFastCommitBug()) {
                    findings.warning(
                            "fast-commit-unknown",
                            "cannot tell whether ext4 fast commit is on ("
                                    + ext4.fastCommitEvidence()
                                    + ") and kernel "
                                    + kernel
                                    + " may have its bug",
                            "If it is on, a power cut can take synced pages away.",
                            "Run `plinth disk check` as root, or look for fast_commit in"
                                    + " dumpe2fs -h of the device.");
                }
            }
        }
    }
}
