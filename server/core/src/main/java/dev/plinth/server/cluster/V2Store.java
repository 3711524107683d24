package dev.plinth.server.cluster;

import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.json.JsonStrings;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the membership as the JSON of the old V2 store, which snapshots must carry for etcd 3.5:
 * it recovers members from there and ends if it cannot read it. Newer releases ignore it.
 *
 * <pre>
 * /0/members/ID/raftAttributes    {"peerURLs":[…],"isLearner":true}
 * /0/members/ID/attributes        {"name":"…","clientURLs":[…]}        once published
 * /0/removed_members/ID           empty
 * /0/version                      3.5.0                                once decided
 * /1                              empty directory
 * </pre>
 *
 * <p>The event history is written empty but at its full capacity, since the reader indexes into it.
 * Source: peer-protocol.md 13.3.
 */
public final class V2Store {
    private static final int HISTORY_CAPACITY = 1000;
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private final StringBuilder out = new StringBuilder(8192);

    private V2Store() {}

    /** Writes the JSON of a cluster. */
    public static String write(ClusterView cluster) {
        V2Store store = new V2Store();
        store.document(cluster);
        return store.out.toString();
    }

    private void document(ClusterView cluster) {
        Map<String, Runnable> top = new TreeMap<>();
        top.put("0", () -> directory("/0", cluster(cluster)));
        top.put("1", () -> directory("/1", Map.of()));
        out.append("{\"Root\":");
        directory("/", top);
        out.append(",\"WatcherHub\":{\"EventHistory\":{\"Queue\":{\"Events\":[null");
        out.repeat(",null", HISTORY_CAPACITY - 1);
        out.append("],\"Size\":0,\"Front\":0,\"Back\":0,\"Capacity\":").append(HISTORY_CAPACITY);
        out.append("},\"StartIndex\":0,\"LastIndex\":0}},\"CurrentIndex\":0,\"Stats\":{");
        String separator = "";
        for (String counter :
                new String[] {
                    "getsSuccess",
                    "getsFail",
                    "setsSuccess",
                    "setsFail",
                    "deleteSuccess",
                    "deleteFail",
                    "updateSuccess",
                    "updateFail",
                    "createSuccess",
                    "createFail",
                    "compareAndSwapSuccess",
                    "compareAndSwapFail",
                    "compareAndDeleteSuccess",
                    "compareAndDeleteFail",
                    "expireCount",
                    "watchers"
                }) {
            out.append(separator).append('"').append(counter).append("\":0");
            separator = ",";
        }
        out.append("},\"CurrentVersion\":2}");
    }

    private Map<String, Runnable> cluster(ClusterView cluster) {
        Map<String, Runnable> children = new TreeMap<>();
        children.put("members", () -> directory("/0/members", members(cluster)));
        if (!cluster.removed().isEmpty()) {
            children.put(
                    "removed_members", () -> directory("/0/removed_members", removed(cluster)));
        }
        String version = cluster.version();
        if (version != null) {
            children.put("version", () -> value("/0/version", version));
        }
        return children;
    }

    private Map<String, Runnable> members(ClusterView cluster) {
        Map<String, Runnable> children = new TreeMap<>();
        for (ClusterMember member : cluster.members().values()) {
            String id = MemberIds.text(member.id());
            String path = "/0/members/" + id;
            Map<String, Runnable> parts = new TreeMap<>();
            parts.put("raftAttributes", () -> value(path + "/raftAttributes", raft(member)));
            if (!member.clientUrls().isEmpty()) {
                parts.put("attributes", () -> value(path + "/attributes", published(member)));
            }
            children.put(id, () -> directory(path, parts));
        }
        return children;
    }

    private Map<String, Runnable> removed(ClusterView cluster) {
        Map<String, Runnable> children = new TreeMap<>();
        for (long id : cluster.removed()) {
            String text = MemberIds.text(id);
            children.put(text, () -> value("/0/removed_members/" + text, ""));
        }
        return children;
    }

    private static String raft(ClusterMember member) {
        StringBuilder json = new StringBuilder("{\"peerURLs\":");
        JsonStrings.appendAsGo(json, member.peerUrls());
        return json.append(member.isLearner() ? ",\"isLearner\":true}" : "}").toString();
    }

    private static String published(ClusterMember member) {
        StringBuilder json = new StringBuilder("{");
        if (!member.name().isEmpty()) {
            JsonStrings.appendAsGo(json.append("\"name\":"), member.name()).append(',');
        }
        JsonStrings.appendAsGo(json.append("\"clientURLs\":"), member.clientUrls());
        return json.append('}').toString();
    }

    private void directory(String path, Map<String, Runnable> children) {
        head(path, "");
        out.append('{');
        String separator = "";
        for (Map.Entry<String, Runnable> child : children.entrySet()) {
            JsonStrings.appendAsGo(out.append(separator), child.getKey()).append(':');
            child.getValue().run();
            separator = ",";
        }
        out.append("}}");
    }

    private void value(String path, String text) {
        head(path, text);
        out.append("null}");
    }

    private void head(String path, String text) {
        JsonStrings.appendAsGo(out.append("{\"Path\":"), path);
        out.append(",\"CreatedIndex\":0,\"ModifiedIndex\":0,\"ExpireTime\":\"").append(NEVER);
        JsonStrings.appendAsGo(out.append("\",\"Value\":"), text).append(",\"Children\":");
    }
}
