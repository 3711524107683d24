package dev.plinth.server.cluster;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.json.JsonStrings;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The JSON of a member: in bucket {@code members}, in conf-change entries and in the answer to
 * {@code /members}.
 *
 * <pre>
 * {"id":123,"peerURLs":["…"],"isLearner":true,"name":"…","clientURLs":["…"]}
 * </pre>
 *
 * {@code isLearner} only when true, {@code name} and {@code clientURLs} only when not empty; a
 * promotion adds {@code "isPromote":true}. Ids are unsigned and may exceed 2^53. Sources: mvcc.md
 * 1.4, peer-protocol.md 12.1.
 */
public final class MemberJson {
    /**
     * What a conf-change entry says of a member.
     *
     * @param member the member
     * @param isPromotion whether a learner gets a vote
     */
    public record Change(ClusterMember member, boolean isPromotion) {}

    private MemberJson() {}

    /** Writes a member. */
    public static String write(ClusterMember member) {
        StringBuilder out = new StringBuilder(128);
        out.append("{\"id\":").append(Long.toUnsignedString(member.id())).append(",\"peerURLs\":");
        JsonStrings.appendAsGo(out, member.peerUrls());
        if (member.isLearner()) {
            out.append(",\"isLearner\":true");
        }
        if (!member.name().isEmpty()) {
            JsonStrings.appendAsGo(out.append(",\"name\":"), member.name());
        }
        if (!member.clientUrls().isEmpty()) {
            JsonStrings.appendAsGo(out.append(",\"clientURLs\":"), member.clientUrls());
        }
        return out.append('}').toString();
    }

    /** Writes the context of an entry that gives a learner its vote. */
    public static String writePromotion(long memberId) {
        return "{\"id\":"
                + Long.toUnsignedString(memberId)
                + ",\"peerURLs\":null,\"isPromote\":true}";
    }

    /** Writes the list that a peer's {@code /members} answers with, newline included. */
    public static String writeList(List<ClusterMember> members) {
        StringBuilder out = new StringBuilder("[");
        String separator = "";
        for (ClusterMember member : members) {
            out.append(separator).append(write(member));
            separator = ",";
        }
        return out.append("]\n").toString();
    }

    /**
     * Reads a member; unknown fields are passed over.
     *
     * @throws IllegalArgumentException if the bytes are no member
     */
    public static Change read(byte[] bytes) {
        try (JsonReader in =
                new JsonReader(new StringReader(new String(bytes, StandardCharsets.UTF_8)))) {
            return readMember(in);
        } catch (IOException | IllegalStateException e) {
            throw new IllegalArgumentException("no member in JSON: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the list that {@code /members} answers with.
     *
     * @throws IllegalArgumentException if the text is no list of members
     */
    public static List<ClusterMember> readList(String text) {
        try (JsonReader in = new JsonReader(new StringReader(text))) {
            List<ClusterMember> members = new ArrayList<>();
            in.beginArray();
            while (in.hasNext()) {
                members.add(readMember(in).member());
            }
            in.endArray();
            return members;
        } catch (IOException | IllegalStateException e) {
            throw new IllegalArgumentException("no members in JSON: " + e.getMessage(), e);
        }
    }

    private static Change readMember(JsonReader in) throws IOException {
        long id = 0;
        String name = "";
        List<String> peerUrls = List.of();
        List<String> clientUrls = List.of();
        boolean isLearner = false;
        boolean isPromotion = false;
        in.beginObject();
        while (in.hasNext()) {
            String field = in.nextName();
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                continue;
            }
            switch (field) {
                case "id" -> id = Long.parseUnsignedLong(in.nextString());
                case "name" -> name = in.nextString();
                case "peerURLs" -> peerUrls = strings(in);
                case "clientURLs" -> clientUrls = strings(in);
                case "isLearner" -> isLearner = in.nextBoolean();
                case "isPromote" -> isPromotion = in.nextBoolean();
                default -> in.skipValue();
            }
        }
        in.endObject();
        return new Change(
                new ClusterMember(id, name, peerUrls, clientUrls, isLearner), isPromotion);
    }

    private static List<String> strings(JsonReader in) throws IOException {
        List<String> items = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            items.add(in.nextString());
        }
        in.endArray();
        return items;
    }
}
