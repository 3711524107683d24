package dev.plinth.server.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** HTTP/1.1 calls to a member's client port. */
final class Http {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Http() {}

    static String post(ServerProcess server, String path, String body) {
        return send(
                request(server.endpoint(), path)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    /** The same on behalf of the user that a token stands for. */
    static String post(ServerProcess server, String path, String body, String token) {
        return send(
                request(server.endpoint(), path)
                        .header("Authorization", token)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    static String get(ServerProcess server, String path) {
        return get(server.endpoint(), path);
    }

    static String get(String endpoint, String path) {
        return send(request(endpoint, path).GET().build());
    }

    private static HttpRequest.Builder request(String endpoint, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + endpoint + path))
                .timeout(Duration.ofSeconds(30));
    }

    private static String send(HttpRequest request) {
        try {
            return CLIENT.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
