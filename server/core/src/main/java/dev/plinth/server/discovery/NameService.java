package dev.plinth.server.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** What is asked of DNS; the seam at which a test stands. */
public interface NameService {
    /**
     * Where a service is offered.
     *
     * @param host host name, without the dot at its end
     * @param port port
     */
    record Target(String host, int port) {}

    /**
     * The SRV records of a name, in the order of the answer.
     *
     * @throws IOException when there are none or nobody answers
     */
    List<Target> services(String name) throws IOException;

    /**
     * The addresses of a host.
     *
     * @throws IOException when there are none or nobody answers
     */
    List<InetAddress> addresses(String host) throws IOException;
}
