package dev.plinth.tools.util;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.versionpb.VersionProto;
import dev.plinth.mvcc.backend.StorageVersion;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.tools.text.ProgressBar;
import dev.plinth.walio.LogEntry;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The least release that knows all requests in a log: each message, field and value of the protocol
 * is marked with the release that brought it.
 */
final class EntryVersions {
    private static final StorageVersion NONE = new StorageVersion(3, 0);

    private EntryVersions() {}

    /**
     * The least release for the log in a folder.
     *
     * @param progress is told of the entries looked at
     */
    static StorageVersion newest(Disk disk, Path folder, ProgressBar progress) throws IOException {
        StorageVersion newest = NONE;
        List<LogEntry> entries = MemberLog.read(disk, folder).entries();
        long done = 0;
        for (LogEntry logged : entries) {
            progress.update(++done, entries.size());
            try {
                Entry entry = Entry.decode(logged.bytes(), 0, logged.bytes().length);
                if (entry.type() == EntryType.NORMAL && entry.data().length() > 0) {
                    InternalRaftRequest request =
                            InternalRaftRequest.parseFrom(entry.data().toArray());
                    newest = max(newest, of(request));
                }
            } catch (RaftDecodeException | InvalidProtocolBufferException e) {
                throw new IOException(
                        folder + ": entry " + logged.index() + ": " + e.getMessage(), e);
            }
        }
        return newest;
    }

    private static StorageVersion of(Message message) {
        StorageVersion newest =
                parse(
                        message.getDescriptorForType()
                                .getOptions()
                                .getExtension(VersionProto.etcdVersionMsg));
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            newest =
                    max(
                            newest,
                            parse(
                                    field.getKey()
                                            .getOptions()
                                            .getExtension(VersionProto.etcdVersionField)));
            List<?> values =
                    field.getValue() instanceof List<?> list ? list : List.of(field.getValue());
            for (Object value : values) {
                newest = max(newest, ofValue(value));
            }
        }
        return newest;
    }

    private static StorageVersion ofValue(Object value) {
        return switch (value) {
            case Message inner -> of(inner);
            case EnumValueDescriptor name ->
                    max(
                            parse(
                                    name.getType()
                                            .getOptions()
                                            .getExtension(VersionProto.etcdVersionEnum)),
                            parse(
                                    name.getOptions()
                                            .getExtension(VersionProto.etcdVersionEnumValue)));
            default -> NONE;
        };
    }

    private static StorageVersion parse(String mark) {
        int dot = mark.indexOf('.');
        return dot < 0
                ? NONE
                : new StorageVersion(
                        Integer.parseInt(mark.substring(0, dot)),
                        Integer.parseInt(mark.substring(dot + 1)));
    }

    private static StorageVersion max(StorageVersion left, StorageVersion right) {
        return left.compareTo(right) >= 0 ? left : right;
    }
}
