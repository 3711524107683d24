package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.SnapshotRequest;
import dev.plinth.api.etcdserverpb.SnapshotResponse;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.text.FileErrors;
import dev.plinth.tools.text.ProgressBar;
import io.grpc.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * snapshot save: a member's database and the checksum behind it. The file has its name only when it
 * is whole and on stable storage.
 */
final class SnapshotCommand {
    private static final int PAGE_GRAIN_BYTES = 512;
    private static final int CHECKSUM_BYTES = 32;

    private final CtlContext context;

    SnapshotCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("snapshot <subcommand>", "Manages etcd node snapshots")
                .add(
                        new Command(
                                        "save <filename>",
                                        "Stores an etcd node backend snapshot to a given file")
                                .does(this::save));
    }

    private void save(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("snapshot save expects one argument <filename>");
        }
        String name = flags.arguments().getFirst();
        context.connected(
                flags,
                session -> {
                    List<String> endpoints = session.client().settings().endpoints();
                    if (endpoints.size() != 1) {
                        throw interrupted(
                                "snapshot must be requested to one selected node, not multiple ["
                                        + String.join(" ", endpoints)
                                        + "]");
                    }
                    boolean isLimited = flags.isGiven("command-timeout");
                    String version;
                    try {
                        version = save(session, name, isLimited ? session.deadline() : null);
                    } catch (CallFailure e) {
                        throw interrupted(e.text());
                    } catch (IOException e) {
                        throw interrupted(String.valueOf(e.getMessage()));
                    }
                    session.console().println("Snapshot saved at " + name);
                    if (!version.isEmpty()) {
                        session.console().println("Server version " + version);
                    }
                });
    }

    private static ToolFailure interrupted(String message) {
        return new ToolFailure(ToolFailure.INTERRUPTED, message);
    }

    private String save(CtlSession session, String name, @Nullable Deadline deadline)
            throws CallFailure, IOException {
        Path part = context.directory().resolve(name + ".part");
        try (FileChannel file = create(part, name)) {
            String version = receive(session, file, deadline);
            if (file.size() % PAGE_GRAIN_BYTES != CHECKSUM_BYTES) {
                throw new IOException("sha256 checksum not found [bytes: " + file.size() + "]");
            }
            file.force(true);
            Path whole = context.directory().resolve(name);
            try {
                Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw new IOException(
                        "could not rename %s to %s (%s)"
                                .formatted(
                                        name + ".part", name, FileErrors.text("rename", part, e)),
                        e);
            }
            syncFolder(whole);
            return version;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static FileChannel create(Path part, String name) throws IOException {
        try {
            return FileChannel.open(
                    part,
                    EnumSet.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw new IOException(
                    "could not open %s.part (%s)".formatted(name, FileErrors.text("open", part, e)),
                    e);
        }
    }

    private static void syncFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Writes what the server sends; returns the server's version if it says so. */
    private static String receive(CtlSession session, FileChannel file, @Nullable Deadline deadline)
            throws CallFailure, IOException {
        String version = "";
        long received = 0;
        try (ServerStream<SnapshotResponse> parts =
                        ServerStream.open(
                                session.client(),
                                MaintenanceGrpc.getSnapshotMethod(),
                                SnapshotRequest.getDefaultInstance(),
                                deadline);
                ProgressBar progress = ProgressBar.ofBytes(session.console(), "snapshot")) {
            for (SnapshotResponse part = parts.next(); part != null; part = parts.next()) {
                ByteString blob = part.getBlob();
                for (ByteBuffer buffer : blob.asReadOnlyByteBufferList()) {
                    while (buffer.hasRemaining()) {
                        file.write(buffer);
                    }
                }
                received += blob.size();
                progress.update(received, received + part.getRemainingBytes());
                version = part.getVersion().isEmpty() ? version : part.getVersion();
            }
        }
        return version;
    }
}
