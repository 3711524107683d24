package dev.plinth.server.apply;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two requests of the V2 store that members up to 3.5 still write into the log.
 *
 * <pre>
 *  1 ID  varint    2 Method  "PUT"    3 Path    4 Val    5... of no interest
 *
 *  /0/members/{hex id}/attributes   {"name":"m1","clientURLs":["http://…"]}
 *  /0/version                       3.5.0
 * </pre>
 *
 * Anything else that claims to be a V2 request ends the process, since skipping it would let
 * members differ.
 */
sealed interface V2Request {
    /** A member published itself. */
    record MemberAttributes(long requestId, long memberId, String name, List<String> clientUrls)
            implements V2Request {}

    /** The cluster agreed on a version. */
    record ClusterVersion(long requestId, String version) implements V2Request {}

    /** Reads a request that is the whole entry. */
    static V2Request parse(byte[] data, int offset, int length) {
        return parse(CodedInputStream.newInstance(data, offset, length));
    }

    /** Reads a request embedded in an {@code InternalRaftRequest}. */
    static V2Request parse(ByteString bytes) {
        return parse(bytes.newCodedInput());
    }

    private static V2Request parse(CodedInputStream in) {
        long id = 0;
        String method = "";
        String path = "";
        String value = "";
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 1 -> id = in.readUInt64();
                    case 2 -> method = in.readString();
                    case 3 -> path = in.readString();
                    case 4 -> value = in.readString();
                    default -> in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("log entry is no request of any version", e);
        }
        return of(id, method, path, value);
    }

    private static V2Request of(long id, String method, String path, String value) {
        if (method.equals("PUT") && path.equals("/0/version")) {
            return new ClusterVersion(id, value);
        }
        Matcher member = Pattern.compile("/0/members/([0-9a-f]{1,16})/attributes").matcher(path);
        if (method.equals("PUT") && member.matches()) {
            return attributes(id, Long.parseUnsignedLong(member.group(1), 16), value);
        }
        throw new IllegalStateException("V2 request in the log: " + method + " " + path);
    }

    private static V2Request attributes(long id, long memberId, String value) {
        try {
            JsonObject json = JsonParser.parseString(value).getAsJsonObject();
            JsonElement name = json.get("name");
            List<String> urls = new ArrayList<>();
            JsonElement list = json.get("clientURLs");
            if (list != null && list.isJsonArray()) {
                list.getAsJsonArray().forEach(url -> urls.add(url.getAsString()));
            }
            return new MemberAttributes(id, memberId, name == null ? "" : name.getAsString(), urls);
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalStateException("V2 request with damaged member attributes", e);
        }
    }
}
