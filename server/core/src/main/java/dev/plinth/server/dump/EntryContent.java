package dev.plinth.server.dump;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.raft.Bytes;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.server.cli.GoText;
import dev.plinth.walio.LogEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** What an entry of the log asks for. */
sealed interface EntryContent {
    /** Field that held a V2 request up to 3.6. */
    int EMBEDDED_V2 = 2;

    /** Of V2 requests. */
    Set<String> METHODS = Set.of("GET", "QGET", "PUT", "POST", "DELETE", "SYNC");

    /** Columns type and data of a line. */
    String text();

    /** A request of today. */
    record Internal(InternalRaftRequest request) implements EntryContent {
        @Override
        public String text() {
            return "norm\t" + CompactText.of(request);
        }
    }

    /** A request of the store that 3.5 and older have beside the present one. */
    record V2(String method, String path, String value, long time) implements EntryContent {
        private static final int SHOWN = 64;

        @Override
        public String text() {
            return "norm\t"
                    + switch (method) {
                        case "" -> "noop";
                        case "SYNC" -> "method=SYNC time=" + time;
                        case "QGET", "DELETE" -> "method=" + method + " path=" + excerpt(path);
                        default ->
                                "method="
                                        + method
                                        + " path="
                                        + excerpt(path)
                                        + " val="
                                        + excerpt(value);
                    };
        }

        private static String excerpt(String text) {
            return text.length() <= 2 * SHOWN
                    ? GoText.quote(text)
                    : GoText.quote(text.substring(0, SHOWN))
                            + "..."
                            + GoText.quote(text.substring(text.length() - SHOWN));
        }
    }

    /** A change of the cluster. */
    record Membership(String method, long id) implements EntryContent {
        @Override
        public String text() {
            return "conf\tmethod=" + method + " id=" + Long.toHexString(id);
        }
    }

    /** A request that cannot be read. */
    record Unknown(String kind) implements EntryContent {
        @Override
        public String text() {
            return kind + "\t???";
        }
    }

    /** The payload of an entry; empty where it has none. */
    static byte[] payload(LogEntry entry) {
        try {
            Bytes data = Entry.decode(entry.bytes(), 0, entry.bytes().length).data();
            return data == null ? new byte[0] : data.toArray();
        } catch (RaftDecodeException e) {
            return new byte[0];
        }
    }

    static EntryContent of(LogEntry entry) {
        byte[] payload = payload(entry);
        if (entry.type() == EntryType.NORMAL.number()) {
            return request(payload);
        }
        if (entry.type() != EntryType.CONF_CHANGE.number()) {
            return new Unknown("conf");
        }
        try {
            ConfChange change = ConfChange.decode(payload, 0, payload.length);
            return new Membership(change.type().toString(), change.nodeId());
        } catch (RaftDecodeException e) {
            return new Unknown("conf");
        }
    }

    private static EntryContent request(byte[] payload) {
        try {
            InternalRaftRequest request = InternalRaftRequest.parseFrom(payload);
            var unknown = request.getUnknownFields();
            List<ByteString> second = unknown.getField(EMBEDDED_V2).getLengthDelimitedList();
            if (second.isEmpty()) {
                return new Internal(withoutPassword(request));
            }
            ByteString field = second.getFirst();
            return v2(isMethod(field) ? payload : field.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            return v2(payload);
        }
    }

    /** A V2 request that is no field of another has its method in that place. */
    private static boolean isMethod(ByteString field) {
        return METHODS.contains(field.toString(StandardCharsets.US_ASCII));
    }

    private static InternalRaftRequest withoutPassword(InternalRaftRequest request) {
        if (!request.hasAuthUserChangePassword()) {
            return request;
        }
        InternalRaftRequest.Builder shown = request.toBuilder();
        shown.getAuthUserChangePasswordBuilder().setPassword(CompactText.REMOVED);
        return shown.build();
    }

    /** etcdserverpb.Request: method 2, path 3, value 4, time 11. */
    private static EntryContent v2(byte[] bytes) {
        String method = "";
        String path = "";
        String value = "";
        long time = 0;
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 2 -> method = new String(in.readByteArray(), StandardCharsets.UTF_8);
                    case 3 -> path = new String(in.readByteArray(), StandardCharsets.UTF_8);
                    case 4 -> value = new String(in.readByteArray(), StandardCharsets.UTF_8);
                    case 11 -> time = in.readInt64();
                    default -> in.skipField(tag);
                }
            }
        } catch (IOException e) {
            return new Unknown("norm");
        }
        return new V2(method, path, value, time);
    }
}
