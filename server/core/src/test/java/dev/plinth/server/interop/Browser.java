package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * One page in a headless Chromium, used as a person would by Chromium's debugging protocol. It
 * cannot reach anything but this machine. Used by one thread.
 */
final class Browser implements AutoCloseable {
    /** A request that the page made. */
    record Asked(String method, String url) {}

    private static final int LIMIT_SECONDS = 60;
    private static final String LISTENING = "DevTools listening on ";

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> waiting = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
    private String session = "";

    private Browser(Process process, String address) {
        this.process = process;
        this.socket =
                HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .buildAsync(URI.create(address), new Messages())
                        .join();
    }

    /** Starts Chromium; the test is skipped where there is none, unless it is required. */
    static Browser start(Path profile) throws IOException {
        Path program = program();
        if (program == null) {
            assertThat(System.getenv("PLINTH_BROWSER_REQUIRED")).as("no Chromium").isNull();
        }
        Assumptions.assumeTrue(program != null, "no Chromium: install chromium");
        Process process =
                new ProcessBuilder(
                                String.valueOf(program),
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--no-first-run",
                                "--hide-scrollbars",
                                "--ignore-certificate-errors",
                                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + profile,
                                "about:blank")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Browser browser = new Browser(process, address(process));
        browser.attach();
        return browser;
    }

    private static @Nullable Path program() {
        for (String folder : Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1)) {
            for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
                Path program = Path.of(folder, name);
                if (!folder.isEmpty() && Files.isExecutable(program)) {
                    return program;
                }
            }
        }
        return null;
    }

    /** What it says after this is of no interest, but has to be read. */
    private static String address(Process process) throws IOException {
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        List<String> said = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            said.add(line);
            if (line.startsWith(LISTENING)) {
                Thread.ofVirtual().start(() -> drain(lines));
                return line.substring(LISTENING.length());
            }
        }
        throw new IOException("Chromium does not start:\n" + String.join("\n", said));
    }

    private static void drain(BufferedReader lines) {
        try (lines) {
            lines.transferTo(Writer.nullWriter());
        } catch (IOException _) {
            // It has ended.
        }
    }

    private void attach() {
        String target =
                send("Target.createTarget", Map.of("url", "about:blank"))
                        .get("targetId")
                        .getAsString();
        session =
                send("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                        .get("sessionId")
                        .getAsString();
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            send(domain + ".enable", Map.of());
        }
    }

    /** A window of this size; a phone has a finger instead of a mouse. */
    void look(int width, int height, boolean isPhone, boolean isDark) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width", width,
                        "height", height,
                        "deviceScaleFactor", isPhone ? 2 : 1,
                        "mobile", isPhone));
        JsonObject scheme = new JsonObject();
        scheme.addProperty("name", "prefers-color-scheme");
        scheme.addProperty("value", isDark ? "dark" : "light");
        send("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
    }

    /** Opens a page; the one before is forgotten. */
    void open(String url) {
        asked.clear();
        complaints.clear();
        send("Page.navigate", Map.of("url", url));
    }

    /** What an expression of the page is; a promise is waited for. */
    JsonElement evaluate(String expression) {
        JsonObject answer =
                send(
                        "Runtime.evaluate",
                        Map.of(
                                "expression", expression,
                                "awaitPromise", true,
                                "returnByValue", true));
        assertThat(answer.has("exceptionDetails")).as("%s gives %s", expression, answer).isFalse();
        JsonElement value = answer.getAsJsonObject("result").get("value");
        return value == null ? JsonNull.INSTANCE : value;
    }

    String text(String expression) {
        return evaluate(expression).getAsString();
    }

    /** Waits until an expression holds, which is looked at whenever the page changes. */
    void await(String expression) {
        assertThat(
                        text(
                                """
                                new Promise((resolve) => {
                                  let seen;
                                  const look = () => {
                                    let holds = false;
                                    try { holds = %s; } catch { /* not there yet */ }
                                    if (holds) { seen?.disconnect(); resolve('yes'); }
                                    return holds;
                                  };
                                  if (look()) return;
                                  seen = new MutationObserver(look);
                                  seen.observe(document, { subtree: true, childList: true,
                                    attributes: true, characterData: true });
                                  setTimeout(() => resolve('no: ' + document.body?.innerText), 30000);
                                })\
                                """
                                        .formatted(expression)))
                .as(expression)
                .isEqualTo("yes");
    }

    /** Types into a field, as a person would who replaces what was there. */
    void type(String id, String text) {
        evaluate("document.getElementById('" + id + "').value = ''");
        evaluate("document.getElementById('" + id + "').focus()");
        send("Input.insertText", Map.of("text", text));
    }

    /** Clicks on the middle of what a selector finds. */
    void click(String selector) {
        JsonObject at =
                evaluate(
                                """
                                (() => {
                                  const target = document.querySelector(%s);
                                  target.scrollIntoView({ block: 'center', behavior: 'instant' });
                                  const box = target.getBoundingClientRect();
                                  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
                                })()\
                                """
                                        .formatted(new Gson().toJson(selector)))
                        .getAsJsonObject();
        for (String type : List.of("mousePressed", "mouseReleased")) {
            send(
                    "Input.dispatchMouseEvent",
                    Map.of(
                            "type",
                            type,
                            "x",
                            at.get("x"),
                            "y",
                            at.get("y"),
                            "button",
                            "left",
                            "clickCount",
                            1));
        }
    }

    /** A picture of the whole page, PNG. */
    void picture(Path file) throws IOException {
        byte[] png =
                Base64.getDecoder()
                        .decode(
                                send(
                                                "Page.captureScreenshot",
                                                Map.of("captureBeyondViewport", true))
                                        .get("data")
                                        .getAsString());
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, png);
    }

    /** What the page has asked for since it was opened. */
    List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** Mistakes of the page that Chromium has found since it was opened. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    private JsonObject send(String method, Map<String, ?> parameters) {
        int id = lastId.incrementAndGet();
        JsonObject message = new JsonObject();
        message.addProperty("id", id);
        message.addProperty("method", method);
        message.add("params", new Gson().toJsonTree(parameters));
        if (!session.isEmpty()) {
            message.addProperty("sessionId", session);
        }
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        socket.sendText(message.toString(), true).join();
        JsonObject said = answer.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
        assertThat(said.has("error")).as("%s: %s", method, said).isFalse();
        return said.getAsJsonObject("result");
    }

    private void heard(String text) {
        JsonObject message = JsonParser.parseString(text).getAsJsonObject();
        if (message.has("id")) {
            CompletableFuture<JsonObject> answer = waiting.remove(message.get("id").getAsInt());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        JsonObject about = message.getAsJsonObject("params");
        switch (message.get("method").getAsString()) {
            case "Network.requestWillBeSent" -> {
                JsonObject request = about.getAsJsonObject("request");
                asked.add(
                        new Asked(
                                request.get("method").getAsString(),
                                request.get("url").getAsString()));
            }
            case "Log.entryAdded", "Runtime.exceptionThrown" -> complaints.add(about.toString());
            default -> {}
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> one.onExit().join());
        socket.abort();
    }

    private final class Messages implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence data, boolean isLast) {
            parts.append(data);
            if (isLast) {
                String whole = parts.toString();
                parts.setLength(0);
                heard(whole);
            }
            from.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            UncheckedIOException gone =
                    new UncheckedIOException(new IOException("Chromium is gone", failure));
            waiting.values().forEach(answer -> answer.completeExceptionally(gone));
        }
    }
}
