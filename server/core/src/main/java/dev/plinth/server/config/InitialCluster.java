package dev.plinth.server.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The members that {@code --initial-cluster} names.
 *
 * @param urlsByName peer URLs of each member, sorted; names in ascending order
 * @param text the flag as given
 */
public record InitialCluster(Map<String, List<String>> urlsByName, String text) {
    /**
     * Parses {@code name=url,name=url2,…}; a repeated name adds URLs.
     *
     * @throws ConfigException if an item has no name or a malformed URL
     */
    public static InitialCluster parse(String text) throws ConfigException {
        Map<String, List<String>> urlsByName = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            if (part.isBlank()) {
                continue;
            }
            int equals = part.indexOf('=');
            String name = equals < 0 ? "" : part.substring(0, equals).strip();
            String url = equals < 0 ? part : part.substring(equals + 1);
            if (name.isEmpty() || url.isBlank()) {
                throw new ConfigException("empty URL given for \"" + name + "\"");
            }
            try {
                urlsByName
                        .computeIfAbsent(name, _ -> new ArrayList<>())
                        .add(ListenUrl.parse(url).text());
            } catch (IllegalArgumentException e) {
                throw new ConfigException(String.valueOf(e.getMessage()));
            }
        }
        Map<String, List<String>> sorted = new TreeMap<>();
        urlsByName.forEach((name, urls) -> sorted.put(name, List.copyOf(new TreeSet<>(urls))));
        return new InitialCluster(Collections.unmodifiableMap(sorted), text);
    }

    /** True if a URL belongs to two members or is given twice. */
    public boolean hasDuplicateUrl() {
        List<String> all = urlsByName.values().stream().flatMap(List::stream).toList();
        return all.size() != new TreeSet<>(all).size();
    }

    /** {@code name=url} for each URL, names and URLs ascending, separated by commas. */
    public String canonicalText() {
        List<String> parts = new ArrayList<>();
        urlsByName.forEach((name, urls) -> urls.forEach(url -> parts.add(name + "=" + url)));
        return String.join(",", parts);
    }
}
