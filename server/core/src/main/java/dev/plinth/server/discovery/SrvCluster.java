package dev.plinth.server.discovery;

import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.log.Log;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Founders named by SRV records: those of {@code _etcd-server-ssl._tcp.DOMAIN} under https, then
 * those of {@code _etcd-server._tcp.DOMAIN} under http. A record that leads to an address that this
 * member advertises is its own and gets its name; the others are numbered.
 */
public final class SrvCluster {
    private final NameService names;
    private final Log log;

    /**
     * @param names asks DNS
     */
    public SrvCluster(NameService names, Log log) {
        this.names = names;
        this.log = log;
    }

    /**
     * Finds the founders.
     *
     * @param domain domain of the records
     * @param suffix appended with a dash to the service's name unless empty
     * @param ownName this member's name
     * @param advertised peer URLs of this member
     * @return a value of {@code --initial-cluster}
     * @throws DiscoveryException when there are none, or this member is not among them
     */
    public String find(String domain, String suffix, String ownName, List<ListenUrl> advertised)
            throws DiscoveryException {
        Set<String> own = addressesOf(advertised);
        List<String> found = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (String scheme : List.of("https", "http")) {
            String service = scheme.equals("https") ? "etcd-server-ssl" : "etcd-server";
            String name =
                    "_%s%s._tcp.%s"
                            .formatted(service, suffix.isEmpty() ? "" : "-" + suffix, domain);
            try {
                found.addAll(founders(name, scheme, ownName, own, advertised));
            } catch (IOException e) {
                failures.add("error querying DNS SRV records for " + name + " " + e.getMessage());
            }
        }
        if (found.isEmpty()) {
            throw new DiscoveryException(String.join("; ", failures));
        }
        found.forEach(node -> log.info("got bootstrap from DNS for etcd-server", "node", node));
        if (found.stream().noneMatch(node -> node.startsWith(ownName + "="))) {
            throw new DiscoveryException(
                    "cannot find local etcd member \"%s\" in SRV records".formatted(ownName));
        }
        return String.join(",", found);
    }

    private List<String> founders(
            String name, String scheme, String ownName, Set<String> own, List<ListenUrl> advertised)
            throws IOException {
        List<String> founders = new ArrayList<>();
        int number = 0;
        for (NameService.Target target : names.services(name)) {
            boolean isOwn = isOwn(target, own);
            String url = scheme + "://" + target.host() + ":" + target.port();
            if (!isOwn) {
                founders.add(number + "=" + url);
                number++;
            } else if (advertised.stream().anyMatch(mine -> mine.scheme().equals(scheme))) {
                founders.add(ownName + "=" + url);
            } else {
                log.error(
                        "failed to resolve during SRV discovery: scheme mismatch",
                        "node",
                        url,
                        "expected-scheme",
                        advertised.getFirst().scheme());
            }
        }
        return founders;
    }

    private boolean isOwn(NameService.Target target, Set<String> own) {
        try {
            return names.addresses(target.host()).stream()
                    .anyMatch(address -> own.contains(key(address, target.port())));
        } catch (IOException e) {
            log.warn(
                    "failed to resolve a host of SRV records",
                    "host",
                    target.host(),
                    "error",
                    String.valueOf(e.getMessage()));
            return false;
        }
    }

    private Set<String> addressesOf(List<ListenUrl> urls) throws DiscoveryException {
        Set<String> keys = new HashSet<>();
        for (ListenUrl url : urls) {
            try {
                for (InetAddress address : names.addresses(url.host())) {
                    keys.add(key(address, url.port()));
                }
            } catch (IOException e) {
                throw new DiscoveryException(
                        "cannot resolve " + url.text() + ": " + e.getMessage(), e);
            }
        }
        return keys;
    }

    private static String key(InetAddress address, int port) {
        return address.getHostAddress() + " " + port;
    }
}
