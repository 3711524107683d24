package dev.plinth.walio.check;

import java.util.Map;

/** Kinds of file system that behave differently under a log. */
public enum FileSystemKind {
    EXT4,
    XFS,
    BTRFS,
    ZFS,
    F2FS,
    NFS,
    CIFS,
    CEPH,
    PLAN9,
    OVERLAY,
    MEMORY,
    FUSE,
    ECRYPTFS,
    /** ext2 or ext3, FAT and the like: nothing particular is known here. */
    OTHER;

    private static final Map<String, FileSystemKind> BY_NAME =
            Map.ofEntries(
                    Map.entry("ext4", EXT4),
                    Map.entry("xfs", XFS),
                    Map.entry("btrfs", BTRFS),
                    Map.entry("zfs", ZFS),
                    Map.entry("f2fs", F2FS),
                    Map.entry("nfs", NFS),
                    Map.entry("nfs4", NFS),
                    Map.entry("cifs", CIFS),
                    Map.entry("smb3", CIFS),
                    Map.entry("ceph", CEPH),
                    Map.entry("9p", PLAN9),
                    Map.entry("virtiofs", PLAN9),
                    Map.entry("overlay", OVERLAY),
                    Map.entry("tmpfs", MEMORY),
                    Map.entry("ramfs", MEMORY),
                    Map.entry("rootfs", MEMORY),
                    Map.entry("fuse", FUSE),
                    Map.entry("fuseblk", FUSE),
                    Map.entry("ecryptfs", ECRYPTFS));

    private static final Map<Long, FileSystemKind> BY_MAGIC =
            Map.ofEntries(
                    // 0xEF53 is not here: ext2 and ext3 have it too.
                    Map.entry(0x5846_5342L, XFS),
                    Map.entry(0x9123_683eL, BTRFS),
                    Map.entry(0x2fc1_2fc1L, ZFS),
                    Map.entry(0xf2f5_2010L, F2FS),
                    Map.entry(0x6969L, NFS),
                    Map.entry(0xff53_4d42L, CIFS),
                    Map.entry(0xfe53_4d42L, CIFS),
                    Map.entry(0x00c3_6400L, CEPH),
                    Map.entry(0x0102_1997L, PLAN9),
                    Map.entry(0x794c_7630L, OVERLAY),
                    Map.entry(0x0102_1994L, MEMORY),
                    Map.entry(0x8584_58f6L, MEMORY),
                    Map.entry(0x6573_5546L, FUSE),
                    Map.entry(0xf15fL, ECRYPTFS));

    /**
     * The kind by the name in the mount table, or by statfs's number where the name says nothing.
     */
    static FileSystemKind of(String mountType, long magic) {
        FileSystemKind byName = BY_NAME.get(mountType);
        if (byName != null) {
            return byName;
        }
        return mountType.startsWith("fuse.") ? FUSE : BY_MAGIC.getOrDefault(magic, OTHER);
    }
}
