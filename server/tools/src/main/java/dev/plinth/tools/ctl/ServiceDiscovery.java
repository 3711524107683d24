package dev.plinth.tools.ctl;

import dev.plinth.tools.cli.ToolFailure;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/** Servers that the domain name system lists for a domain. */
final class ServiceDiscovery {
    private ServiceDiscovery() {}

    /**
     * Asks for the records {@code _etcd-client-ssl[-NAME]._tcp} and {@code
     * _etcd-client[-NAME]._tcp}.
     *
     * @param acceptsPlain whether servers without encryption are taken too
     */
    static List<String> endpoints(String domain, String serviceName, boolean acceptsPlain)
            throws ToolFailure {
        String suffix = serviceName.isEmpty() ? "" : "-" + serviceName;
        List<String> endpoints =
                new ArrayList<>(lookUp("https://", "_etcd-client-ssl" + suffix, domain));
        if (acceptsPlain) {
            endpoints.addAll(lookUp("http://", "_etcd-client" + suffix, domain));
        }
        if (endpoints.isEmpty()) {
            throw ToolFailure.error(
                    "dns lookup errors: no SRV records of etcd clients for " + domain);
        }
        return endpoints;
    }

    /** JNDI is asked for nothing but text records of the domain name system. */
    @SuppressWarnings({"BanJNDI", "JdkObsolete"})
    private static List<String> lookUp(String scheme, String service, String domain) {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        List<String> found = new ArrayList<>();
        try {
            InitialDirContext context = new InitialDirContext(environment);
            try {
                Attribute records =
                        context.getAttributes(service + "._tcp." + domain, new String[] {"SRV"})
                                .get("SRV");
                NamingEnumeration<?> all = records.getAll();
                while (all.hasMore()) {
                    // priority, weight, port, target
                    String[] parts = String.valueOf(all.next()).split(" ", -1);
                    String host =
                            parts[3].endsWith(".")
                                    ? parts[3].substring(0, parts[3].length() - 1)
                                    : parts[3];
                    found.add(scheme + host + ":" + parts[2]);
                }
            } finally {
                context.close();
            }
        } catch (NamingException _) {
            // No such records; the other kind may be there.
        }
        return found;
    }
}
