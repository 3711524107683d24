package dev.plinth.tools.ctl;

import dev.plinth.tools.cli.ToolFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;

/** How much memory a server says that it holds. */
final class ServerMemory {
    private static final String METRIC = "process_resident_memory_bytes ";
    private static final int TIMEOUT_MILLIS = 5_000;

    private ServerMemory() {}

    static double residentBytes(String endpoint) throws ToolFailure {
        String url = (endpoint.contains("://") ? endpoint : "http://" + endpoint) + "/metrics";
        try {
            URLConnection connection = URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            try (InputStream body = connection.getInputStream()) {
                String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                for (String line : text.split("\n")) {
                    if (line.startsWith(METRIC)) {
                        return Double.parseDouble(line.substring(METRIC.length()).strip());
                    }
                }
            }
            throw ToolFailure.error(url + " does not tell " + METRIC.strip());
        } catch (IOException | IllegalArgumentException e) {
            throw ToolFailure.error("cannot read " + url + ": " + e.getMessage());
        }
    }
}
