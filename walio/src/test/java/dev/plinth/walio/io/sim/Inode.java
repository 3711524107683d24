package dev.plinth.walio.io.sim;

import dev.plinth.walio.io.LockKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A file or a directory of the simulated disk. Guarded by the disk's lock. */
abstract sealed class Inode {
    final long number;
    final int mode;

    private Inode(long number, int mode) {
        this.number = number;
        this.mode = mode;
    }

    /** Entries as every process sees them, and as they would be after a power loss. */
    static final class Directory extends Inode {
        final Map<String, Inode> entries = new TreeMap<>();
        final Map<String, Inode> durableEntries = new TreeMap<>();

        Directory(long number, int mode) {
            super(number, mode);
        }
    }

    /** A regular file with its locks and mappings. */
    static final class File extends Inode {
        Content content = new Content();
        final List<SimulatedMapping> mappings = new ArrayList<>();
        private final Set<SimulatedFile> sharedLocks = new HashSet<>();
        private final Map<LockKind, SimulatedFile> exclusiveLocks = new HashMap<>();

        File(long number, int mode) {
            super(number, mode);
        }

        boolean tryLock(SimulatedFile owner, LockKind kind) {
            SimulatedFile holder = exclusiveLocks.get(exclusive(kind));
            if (holder != null && holder != owner) {
                return false;
            }
            if (kind == LockKind.FLOCK_SHARED) {
                exclusiveLocks.remove(LockKind.FLOCK_EXCLUSIVE);
                sharedLocks.add(owner);
                return true;
            }
            boolean othersShare = sharedLocks.stream().anyMatch(other -> other != owner);
            if (kind == LockKind.FLOCK_EXCLUSIVE) {
                if (othersShare) {
                    return false;
                }
                sharedLocks.remove(owner);
            }
            exclusiveLocks.put(kind, owner);
            return true;
        }

        void unlock(SimulatedFile owner, LockKind kind) {
            exclusiveLocks.remove(exclusive(kind), owner);
            if (kind != LockKind.OFD_EXCLUSIVE) {
                sharedLocks.remove(owner);
            }
        }

        private static LockKind exclusive(LockKind kind) {
            return kind == LockKind.FLOCK_SHARED ? LockKind.FLOCK_EXCLUSIVE : kind;
        }

        /** Shows a change of the content in the mappings. */
        void refreshMappings(long position, long length) {
            for (SimulatedMapping mapping : mappings) {
                mapping.refresh(content, position, length);
            }
        }
    }
}
