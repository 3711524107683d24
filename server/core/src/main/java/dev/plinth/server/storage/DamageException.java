package dev.plinth.server.storage;

import dev.plinth.mvcc.StoreCorruptedException;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.server.core.StartException;
import dev.plinth.walio.WalException;

/** The member cannot start because its own files are damaged, or lack what they must hold. */
public final class DamageException extends StartException {
    private static final long serialVersionUID = 1L;

    public DamageException(String message) {
        super(message);
    }

    private DamageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A failed start, as damage if that is what the cause says. */
    public static StartException of(String message, Exception cause) {
        return isDamage(cause)
                ? new DamageException(message, cause)
                : new StartException(message, cause);
    }

    /** Whether files are to blame, and not the machine, the flags, or another process. */
    public static boolean isDamage(Exception cause) {
        return switch (cause) {
            case DatabaseException.Corrupted _,
                    DatabaseException.Invalid _,
                    DatabaseException.ChecksumMismatch _,
                    DatabaseException.VersionMismatch _,
                    StoreCorruptedException _,
                    RaftDecodeException _,
                    DamageException _ ->
                    true;
            case WalException e ->
                    e.kind() != WalException.Kind.LOCKED
                            && e.kind() != WalException.Kind.ALREADY_EXISTS;
            default -> false;
        };
    }
}
