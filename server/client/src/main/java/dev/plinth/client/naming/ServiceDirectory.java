package dev.plinth.client.naming;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.plinth.client.Bytes;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyRange;
import dev.plinth.client.KeyValue;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.Range;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The addresses of one service, each under a name of its own: keys {@code SERVICE/NAME} that hold
 * {@code {"Op":0,"Addr":"host:port","Metadata":null}}. Source: tools.md 7.6.
 */
public final class ServiceDirectory {
    private static final String ADDRESS = "Addr";

    private final PlinthClient client;
    private final Bytes prefix;

    /** The directory of a service. */
    public ServiceDirectory(PlinthClient client, String service) {
        this.client = client;
        this.prefix = Bytes.of(service).concat("/");
    }

    /**
     * Says where an instance of the service is.
     *
     * @param name of the instance, unique in the service
     * @param address {@code host:port}
     * @param lease the entry goes with it; 0: it stays until it is removed
     * @throws EtcdException if it cannot be written
     */
    public void add(String name, String address, long lease) {
        JsonObject entry = new JsonObject();
        entry.addProperty("Op", 0);
        entry.addProperty(ADDRESS, address);
        entry.add("Metadata", com.google.gson.JsonNull.INSTANCE);
        Put put = Put.of(prefix.concat(name), Bytes.of(entry.toString()));
        var _ = client.kv().put(put.lease(lease));
    }

    /** Removes an instance. */
    public void remove(String name) {
        var _ = client.kv().delete(prefix.concat(name));
    }

    /** Addresses by the names of instances; entries that cannot be read are left out. */
    public SortedMap<String, String> list() {
        SortedMap<String, String> found = new TreeMap<>();
        for (KeyValue item : client.kv().range(Range.of(keys())).items()) {
            address(item.value()).ifPresent(address -> found.put(name(item.key()), address));
        }
        return found;
    }

    KeyRange keys() {
        return KeyRange.prefix(prefix);
    }

    String name(Bytes key) {
        return key.from(prefix.size()).toString();
    }

    /** What an entry says, which any program may have written. */
    static Optional<String> address(Bytes entry) {
        try {
            JsonElement parsed = JsonParser.parseString(entry.utf8());
            JsonElement address =
                    parsed.isJsonObject() ? parsed.getAsJsonObject().get(ADDRESS) : null;
            return address != null && address.isJsonPrimitive()
                    ? Optional.of(address.getAsString())
                    : Optional.empty();
        } catch (JsonParseException | IllegalStateException _) {
            return Optional.empty();
        }
    }
}
