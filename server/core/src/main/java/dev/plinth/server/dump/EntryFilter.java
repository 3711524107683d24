package dev.plinth.server.dump;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.server.dump.EntryContent.Internal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The kinds of entries that {@code -entry-type} names. */
final class EntryFilter {
    static final String DEFAULT = "Normal,ConfigChange";

    private static final Map<String, Predicate<EntryContent>> KINDS =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("ConfigChange", EntryFilter::isChange),
                            Map.entry("Normal", content -> !isChange(content)),
                            Map.entry("Request", EntryContent.V2.class::isInstance),
                            Map.entry("InternalRaftRequest", Internal.class::isInstance),
                            Map.entry("IRRRange", has(InternalRaftRequest::hasRange)),
                            Map.entry("IRRPut", has(InternalRaftRequest::hasPut)),
                            Map.entry("IRRDeleteRange", has(InternalRaftRequest::hasDeleteRange)),
                            Map.entry("IRRTxn", has(InternalRaftRequest::hasTxn)),
                            Map.entry("IRRCompaction", has(InternalRaftRequest::hasCompaction)),
                            Map.entry("IRRLeaseGrant", has(InternalRaftRequest::hasLeaseGrant)),
                            Map.entry("IRRLeaseRevoke", has(InternalRaftRequest::hasLeaseRevoke)),
                            Map.entry(
                                    "IRRLeaseCheckpoint",
                                    has(InternalRaftRequest::hasLeaseCheckpoint))));

    static final String USAGE =
            "If set, filters output by entry type. Must be one or more than one of:\n"
                    + String.join(", ", KINDS.keySet());

    private final List<Predicate<EntryContent>> wanted = new ArrayList<>();

    /**
     * A filter for a list of kinds.
     *
     * @param unknown called for each word that names none; it is left out
     */
    EntryFilter(String list, Consumer<String> unknown) {
        for (String name : list.split(",", -1)) {
            Predicate<EntryContent> kind = KINDS.get(name);
            if (kind == null) {
                unknown.accept(name);
            } else {
                wanted.add(kind);
            }
        }
    }

    boolean passes(EntryContent content) {
        return wanted.stream().anyMatch(kind -> kind.test(content));
    }

    private static boolean isChange(EntryContent content) {
        return content instanceof EntryContent.Membership
                || (content instanceof EntryContent.Unknown(String kind) && kind.equals("conf"));
    }

    private static Predicate<EntryContent> has(Predicate<InternalRaftRequest> field) {
        return content -> content instanceof Internal(var request) && field.test(request);
    }
}
