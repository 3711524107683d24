package dev.plinth.walio.check;

/** What to say of a file system by its kind and its mount options, ext4's own matters apart. */
final class FileSystemRules {
    private static final String USE_LOCAL = "Put the directory on a local ext4 or xfs.";

    private final StorageFacts facts;
    private final Findings findings;

    FileSystemRules(StorageFacts facts, Findings findings) {
        this.facts = facts;
        this.findings = findings;
    }

    void apply() {
        kind();
        barriers();
        if (facts.space().readOnly() || facts.mount().map(m -> m.hasOption("ro")).orElse(false)) {
            findings.error(
                    "read-only",
                    "the file system is mounted read-only",
                    "Nothing can be written; after an error the kernel may have switched to this.",
                    "Look for errors in the kernel's log, check the file system, mount it"
                            + " read-write.");
        }
        if (facts.hasOption("discard") && facts.kind() != FileSystemKind.BTRFS) {
            findings.info(
                    "online-discard",
                    "mount option discard: each deletion sends TRIM to the device",
                    "Removing log segments can hold up commits for milliseconds.",
                    "Mount with nodiscard and run fstrim from a timer.");
        }
    }

    private void kind() {
        String type = facts.typeName();
        switch (facts.kind()) {
            case EXT4, XFS, F2FS, OTHER -> {}
            case BTRFS ->
                    findings.info(
                            "copy-on-write",
                            "btrfs writes each change to a new place",
                            "No write is a plain overwrite: each sync writes metadata too, and"
                                    + " files fragment.",
                            "Prefer ext4 or xfs, or set chattr +C on the empty directory (which"
                                    + " gives up btrfs's checksums there).");
            case ZFS ->
                    findings.info(
                            "copy-on-write",
                            "zfs writes each change to a new place, syncs go to its intent log",
                            "Zero-filling ahead gains nothing; with sync=disabled acknowledged"
                                    + " writes are lost at a power cut.",
                            "Check that sync is standard and give the pool a fast log device.");
            case NFS, CIFS, CEPH -> network(type);
            case PLAN9 ->
                    findings.warning(
                            "host-file-system",
                            type + " shares a directory of the host",
                            "Whether a sync reaches a disk is the host's choice of cache mode.",
                            "Give the virtual machine a block device of its own.");
            case OVERLAY -> overlay();
            case MEMORY ->
                    findings.error(
                            "memory-file-system",
                            type + " keeps files in memory",
                            "All data of this member is gone when the machine or the mount"
                                    + " goes.",
                            "Use it for tests only. " + USE_LOCAL);
            case FUSE ->
                    findings.warning(
                            "fuse",
                            type + " is served by a program in user space",
                            "What a sync means is up to that program, and each call costs two"
                                    + " more task switches.",
                            USE_LOCAL);
            case ECRYPTFS ->
                    findings.info(
                            "stacked-encryption",
                            "ecryptfs encrypts file by file",
                            "Direct transfers fall back to buffered ones.",
                            "Prefer an encrypted block device.");
        }
    }

    private void network(String type) {
        findings.warning(
                "network-file-system",
                type + " is a network file system",
                "A sync is as good as the server's settings (an async export loses"
                        + " acknowledged writes), locks and renames differ, and each commit"
                        + " waits for the network.",
                USE_LOCAL);
    }

    private void overlay() {
        if (facts.hasOption("volatile")) {
            findings.error(
                    "overlay-volatile",
                    "overlay with option volatile ignores syncs",
                    "Acknowledged writes are lost at a crash of the machine.",
                    "Remove the option, or mount a volume for the data directory.");
        }
        findings.warning(
                "overlay",
                "the directory is in a container's writable layer",
                "It goes away with the container, direct transfers depend on the layer below,"
                        + " and what that is stays hidden from this check.",
                "Mount a volume for the data directory.");
    }

    private void barriers() {
        boolean off = facts.hasOption("nobarrier") || facts.hasOption("barrier=0");
        if (!off) {
            return;
        }
        String fact = "mount option nobarrier: syncs do not flush the device's cache";
        String remedy = "Mount with barriers (the default).";
        switch (facts.writeCache()) {
            case VOLATILE ->
                    findings.error(
                            "no-barrier",
                            fact,
                            "The device says that its cache is volatile: acknowledged writes"
                                    + " are lost at a power cut.",
                            remedy);
            case SAFE ->
                    findings.info(
                            "no-barrier",
                            fact,
                            "The device says that it has no volatile cache, so nothing is"
                                    + " lost, and nothing is gained either.",
                            remedy);
            case UNKNOWN ->
                    findings.warning(
                            "no-barrier",
                            fact,
                            "If the device's cache is volatile, acknowledged writes are lost"
                                    + " at a power cut.",
                            remedy);
        }
    }
}
