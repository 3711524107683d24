package dev.plinth.server.gateway;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The page at {@code /console}: a few files, read once. All that it shows it asks of the JSON
 * gateway and the endpoints like any other client, with the token of whoever logs in, so it can do
 * nothing that its reader may not, and it sends nothing that changes anything. The browser is told
 * to load nothing from elsewhere.
 */
public final class Console implements Site {
    private record Asset(String type, byte[] content) {}

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                    + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String HTML = "text/html; charset=utf-8";
    private static final String CSS = "text/css; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String PAGE = "/console";
    private static final List<String> SCRIPTS =
            List.of("console", "calls", "keys", "leases", "metrics", "values", "view");

    private final Map<String, Asset> assets = new HashMap<>();

    /**
     * Reads the files.
     *
     * @throws IOException when the program is not complete
     */
    public Console() throws IOException {
        assets.put(PAGE, asset("index.html", HTML));
        assets.put(PAGE + "/console.css", asset("console.css", CSS));
        for (String script : SCRIPTS) {
            assets.put(PAGE + "/" + script + ".js", asset(script + ".js", SCRIPT));
        }
    }

    private static Asset asset(String name, String type) throws IOException {
        try (InputStream in = Console.class.getResourceAsStream("/console/" + name)) {
            if (in == null) {
                throw new IOException("the program lacks console/" + name);
            }
            return new Asset(type, in.readAllBytes());
        }
    }

    /** Answers the request if the path is one of the page's. */
    @Override
    public boolean handle(HttpMethod method, String path, HttpAnswer answer) {
        Asset asset = assets.get(path.equals(PAGE + "/") ? PAGE : path);
        if (asset == null || !method.equals(HttpMethod.GET)) {
            return false;
        }
        answer.header("Content-Security-Policy", POLICY);
        answer.header("X-Content-Type-Options", "nosniff");
        answer.header("Referrer-Policy", "no-referrer");
        answer.header("Cache-Control", "no-store");
        answer.reply(HttpResponseStatus.OK, asset.type(), asset.content());
        return true;
    }
}
