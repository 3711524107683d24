package dev.plinth.server.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/** Asks name servers: the system's, or a given one. */
public final class DnsNameService implements NameService {
    private static final String SRV = "SRV";

    private final String providerUrl;

    /**
     * @param providerUrl {@code dns:} for the system's servers, or {@code dns://host:port}
     */
    public DnsNameService(String providerUrl) {
        this.providerUrl = providerUrl;
    }

    /** The provider is fixed to the JDK's own for DNS, whose answers are text and nothing else. */
    @Override
    @SuppressWarnings({"BanJNDI", "JdkObsolete"}) // JNDI asks for a Hashtable
    public List<Target> services(String name) throws IOException {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, providerUrl);
        try {
            InitialDirContext context = new InitialDirContext(environment);
            try {
                Attributes attributes = context.getAttributes(name, new String[] {SRV});
                return targets(name, attributes.get(SRV));
            } finally {
                context.close();
            }
        } catch (NameNotFoundException e) {
            throw new IOException("lookup " + name + ": no such host", e);
        } catch (NamingException e) {
            throw new IOException("lookup " + name + ": " + e.getMessage(), e);
        }
    }

    /** Records read {@code priority weight port target}. */
    private static List<Target> targets(String name, @Nullable Attribute records)
            throws IOException, NamingException {
        if (records == null) {
            throw new IOException("lookup " + name + ": no such host");
        }
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            String[] words = String.valueOf(records.get(i)).split(" ");
            if (words.length != 4 || !words[2].matches("[0-9]{1,5}")) {
                throw new IOException("lookup " + name + ": malformed record " + records.get(i));
            }
            String host = words[3];
            targets.add(
                    new Target(
                            host.endsWith(".") ? host.substring(0, host.length() - 1) : host,
                            Integer.parseInt(words[2])));
        }
        return targets;
    }

    @Override
    public List<InetAddress> addresses(String host) throws IOException {
        return List.of(InetAddress.getAllByName(host));
    }
}
