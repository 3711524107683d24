package dev.plinth.tools.util;

import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The cluster that a restored member will belong to.
 *
 * @param members all of them
 * @param memberId the restored one
 * @param clusterId the cluster
 */
record RestoredCluster(ClusterView members, long memberId, long clusterId) {
    /**
     * Reads the flags that describe it.
     *
     * @throws ToolFailure if they contradict each other
     */
    static RestoredCluster of(ParsedFlags flags) throws ToolFailure {
        String name = flags.text("name");
        try {
            Map<String, List<String>> initial = parse(flags.text("initial-cluster"));
            List<String> advertised =
                    ListenUrl.texts(ListenUrl.parseList(flags.text("initial-advertise-peer-urls")));
            requireOwn(name, initial, advertised);
            return of(name, initial, flags.text("initial-cluster-token"));
        } catch (IllegalArgumentException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, List<String>> parse(String text) {
        Map<String, Set<String>> urls = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String url = equals < 0 ? "" : part.substring(equals + 1);
            urls.computeIfAbsent(name.strip(), _ -> new TreeSet<>())
                    .add(ListenUrl.parse(url).text());
        }
        Map<String, List<String>> lists = new TreeMap<>();
        urls.forEach((name, set) -> lists.put(name, List.copyOf(set)));
        return lists;
    }

    private static void requireOwn(
            String name, Map<String, List<String>> initial, List<String> advertised)
            throws ToolFailure {
        List<String> own = initial.get(name);
        if (own == null) {
            throw ToolFailure.error(
                    "couldn't find local name \""
                            + name
                            + "\" in the initial cluster configuration");
        }
        List<String> all = initial.values().stream().flatMap(List::stream).toList();
        if (new TreeSet<>(all).size() != all.size()) {
            throw ToolFailure.error("initial cluster " + canonical(initial) + " has duplicate url");
        }
        List<String> missing = new ArrayList<>(own);
        missing.removeAll(advertised);
        if (!missing.isEmpty()) {
            throw ToolFailure.error(
                    "--initial-cluster has %s but missing from --initial-advertise-peer-urls=%s (%s)"
                            .formatted(
                                    String.join(
                                            ",",
                                            missing.stream().map(url -> name + "=" + url).toList()),
                                    String.join(",", advertised),
                                    difference(advertised, own)));
        }
        List<String> unnamed = new ArrayList<>(advertised);
        unnamed.removeAll(own);
        if (!unnamed.isEmpty()) {
            throw ToolFailure.error(
                    "--initial-advertise-peer-urls has %s but missing from --initial-cluster=%s"
                            .formatted(
                                    String.join(",", unnamed),
                                    canonical(Map.of(name, advertised))));
        }
    }

    private static String canonical(Map<String, List<String>> urls) {
        List<String> parts = new ArrayList<>();
        urls.forEach((name, list) -> list.forEach(url -> parts.add(name + "=" + url)));
        return String.join(",", parts);
    }

    private static String difference(List<String> advertised, List<String> own) {
        if (advertised.size() != own.size()) {
            return "len(%s) != len(%s)".formatted(quoted(advertised), quoted(own));
        }
        for (int i = 0; i < own.size(); i++) {
            if (!own.get(i).equals(advertised.get(i))) {
                return "resolved urls: \"%s\" != \"%s\"".formatted(advertised.get(i), own.get(i));
            }
        }
        return "";
    }

    private static String quoted(List<String> urls) {
        return "[\"" + String.join("\" \"", urls) + "\"]";
    }

    private static RestoredCluster of(
            String name, Map<String, List<String>> initial, String token) {
        NavigableMap<Long, ClusterMember> members = new TreeMap<>(Long::compareUnsigned);
        long self = 0;
        for (Map.Entry<String, List<String>> each : initial.entrySet()) {
            long id = MemberIds.ofInitialMember(each.getValue(), token);
            members.put(
                    id, new ClusterMember(id, each.getKey(), each.getValue(), List.of(), false));
            self = each.getKey().equals(name) ? id : self;
        }
        long clusterId = MemberIds.ofCluster(List.copyOf(members.keySet()));
        return new RestoredCluster(new ClusterView(members, Set.of(), null, null), self, clusterId);
    }
}
