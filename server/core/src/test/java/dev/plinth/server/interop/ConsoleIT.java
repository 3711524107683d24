package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import dev.plinth.server.interop.Browser.Asked;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The console as a person sees it, in Chromium. Pictures of it are left in {@code target/console}.
 */
class ConsoleIT {
    /** All that the page may ask for, none of which changes anything. */
    private static final Set<String> READING =
            Set.of(
                    "POST /v3/maintenance/status",
                    "POST /v3/cluster/member/list",
                    "POST /v3/kv/range",
                    "POST /v3/lease/leases",
                    "POST /v3/lease/timetolive",
                    "POST /v3/auth/authenticate",
                    "GET /metrics",
                    "GET /readyz",
                    "GET /livez");

    private static final String SHOWN = "document.querySelector('#facts dd') !== null";
    private static final Path PICTURES = Path.of("target/console");

    @TempDir private static Path dir;
    private static Browser browser;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws IOException {
        browser = Browser.start(dir.resolve("profile"));
        server = ServerProcess.plinth(dir.resolve("data"), "--enable-console");
        putMany(0, 125);
        putMany(125, 250);
        put("config/app", text("{\"retries\":2}"), "");
        put("config/app", text("{\"retries\":3,\"hosts\":[\"a\",\"b\"]}"), "");
        put("config/note", text("<img src=x onerror=alert(1)> & more"), "");
        put("registry/pods/default/web", pod(), "");
        put("config/raw", new byte[] {0, 1, 2, (byte) 0xff, 'x'}, "");
        Http.post(server, "/v3/lease/grant", "{\"ID\":777,\"TTL\":3600}");
        put("config/session", text("held"), "777");
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open() {
        browser.look(1280, 900, false, false);
        browser.open("http://" + server.endpoint() + "/console");
        browser.await(SHOWN);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void put(String key, byte[] value, String lease) {
        Base64.Encoder base64 = Base64.getEncoder();
        Http.post(
                server,
                "/v3/kv/put",
                "{\"key\":\"%s\",\"value\":\"%s\",\"lease\":\"%s\"}"
                        .formatted(
                                base64.encodeToString(text(key)),
                                base64.encodeToString(value),
                                lease.isEmpty() ? "0" : lease));
    }

    private static void putMany(int from, int end) {
        StringBuilder operations = new StringBuilder();
        for (int i = from; i < end; i++) {
            String key = Base64.getEncoder().encodeToString(text("many/%04d".formatted(i)));
            operations
                    .append(i == from ? "" : ",")
                    .append("{\"request_put\":{\"key\":\"")
                    .append(key)
                    .append("\"}}");
        }
        assertThat(Http.post(server, "/v3/kv/txn", "{\"success\":[" + operations + "]}"))
                .contains("succeeded");
    }

    /** A pod as Kubernetes stores it. */
    private static byte[] pod() {
        byte[] type = message(field(1, text("v1")), field(2, text("Pod")));
        byte[] meta = message(field(1, text("web")), field(3, text("default")));
        return message(text("k8s\0"), field(1, type), field(2, field(1, meta)), field(3, text("")));
    }

    private static byte[] field(int number, byte[] content) {
        return message(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
    }

    private static byte[] message(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "desktop-light, 1280, 900, false, false",
        "desktop-dark, 1280, 900, false, true",
        "phone-light, 390, 844, true, false",
        "phone-dark, 390, 844, true, true",
        "tablet-light, 820, 1180, true, false",
    })
    void fitsAndCanBeRead(String name, int width, int height, boolean isPhone, boolean isDark)
            throws IOException {
        browser.look(width, height, isPhone, isDark);
        browser.open("http://" + server.endpoint() + "/console");
        browser.await(SHOWN);
        browser.click("#show-leases");
        browser.await("document.querySelectorAll('#leases tbody tr').length === 1");
        browser.type("prefix", "config/");
        browser.click("#browse button");
        browser.await("document.querySelectorAll('#keys tbody tr').length === 4");
        browser.click("#keys tbody tr:first-child button");
        browser.await("!document.getElementById('pair').hidden");
        browser.evaluate("window.scrollTo(0, 0)");
        browser.picture(PICTURES.resolve(name + ".png"));

        assertThat(browser.evaluate("document.documentElement.scrollWidth").getAsInt())
                .as("nothing is pushed out of the window")
                .isLessThanOrEqualTo(width);
        assertThat(texts(browser.evaluate(HARD_TO_READ)))
                .as("text with too little contrast")
                .isEqualTo("[]");
        assertThat(texts(browser.evaluate(UNNAMED)))
                .as("what a screen reader cannot name")
                .isEqualTo("[]");
        if (isPhone) {
            assertThat(texts(browser.evaluate(TOO_SMALL))).as("for a finger").isEqualTo("[]");
        }
        assertHarmless();
    }

    private static String texts(JsonElement found) {
        return found.getAsJsonArray().toString();
    }

    private static void assertHarmless() {
        assertThat(browser.complaints()).isEmpty();
        String own = "http://" + server.endpoint() + "/";
        for (Asked one : browser.asked()) {
            if (one.url().startsWith("data:")) {
                continue;
            }
            assertThat(one.url()).startsWith(own);
            String path = URI.create(one.url()).getPath();
            if (!path.equals("/console") && !path.startsWith("/console/")) {
                assertThat(READING).contains(one.method() + " " + path);
            }
        }
    }

    @Test
    void tellsOfTheMember() {
        assertThat(browser.text("document.getElementById('verdict').textContent"))
                .isEqualTo("Healthy");
        assertThat(browser.text("document.getElementById('members').textContent"))
                .contains("one")
                .contains("leader")
                .contains("this member");
        assertThat(browser.text("document.getElementById('checks').textContent"))
                .contains("✓ linearizable read ok")
                .contains("✓ disk stall ok")
                .contains("✓ data corruption ok");
        assertThat(browser.text("document.getElementById('latency').textContent"))
                .contains("Log sync")
                .contains("Database commit")
                .contains("Request Put");
        assertThat(browser.text("document.getElementById('space').textContent"))
                .contains("in use")
                .contains("free in the file")
                .contains("left of the quota");
        assertThat(browser.text("document.getElementById('space-facts').textContent"))
                .contains("Quota2.0 GiB");
    }

    @Test
    void refreshesByItself() {
        String before = browser.text("document.getElementById('facts').textContent");
        put("config/app", text("{}"), "");
        browser.await(
                "document.getElementById('facts').textContent !== " + new Gson().toJson(before));
    }

    @Test
    void keysAreBrowsedWithTheirPast() {
        browser.type("prefix", "many/");
        browser.click("#browse button");
        browser.await("document.querySelectorAll('#keys tbody tr').length === 100");
        assertThat(browser.text("document.getElementById('count').textContent"))
                .startsWith("100 of 250 keys at revision ");
        browser.click("#more");
        browser.await("document.querySelector('#keys button').textContent === 'many/0100'");
        browser.click("#more");
        browser.await("document.querySelectorAll('#keys tbody tr').length === 50");
        assertThat(browser.text("document.getElementById('count').textContent"))
                .startsWith("250 keys at revision ");
        assertThat(browser.evaluate("document.getElementById('more').hidden").getAsBoolean())
                .isTrue();

        put("config/app", text("{\"retries\":2}"), "");
        put("config/app", text("{\"retries\":3,\"hosts\":[\"a\",\"b\"]}"), "");
        browser.type("prefix", "config/app");
        browser.click("#browse button");
        browser.await("document.querySelectorAll('#keys tbody tr').length === 1");
        browser.click("#keys button");
        browser.await("document.getElementById('pair-value').textContent.includes('hosts')");
        assertThat(browser.text("document.getElementById('pair-kind').textContent"))
                .isEqualTo("JSON, 31 bytes");
        browser.click("#older");
        browser.await("!document.getElementById('pair-value').textContent.includes('hosts')");
        assertThat(browser.text("document.getElementById('pair-value').textContent"))
                .isEqualTo("{\n  \"retries\": 2\n}");
        browser.click("#newer");
        browser.await("document.getElementById('pair-value').textContent.includes('hosts')");
    }

    @ParameterizedTest
    @CsvSource({
        "config/note, 'Text, 35 bytes', '<img src=x onerror=alert(1)> & more'",
        "config/raw, 'Binary, 5 bytes', '00 01 02 ff 78'",
        "registry/, 'Kubernetes v1 Pod default/web, 35 bytes', 'default'",
    })
    void valuesAreDecoded(String prefix, String kind, String part) {
        browser.type("prefix", prefix);
        browser.click("#browse button");
        browser.await("document.querySelectorAll('#keys tbody tr').length === 1");
        browser.click("#keys button");
        browser.await("!document.getElementById('pair').hidden");
        assertThat(browser.text("document.getElementById('pair-kind').textContent"))
                .isEqualTo(kind);
        assertThat(browser.text("document.getElementById('pair-value').textContent"))
                .contains(part);
        assertHarmless();
    }

    @Test
    void leasesAreListedWithTheirKeys() {
        browser.click("#show-leases");
        browser.await("document.querySelectorAll('#leases tbody tr').length === 1");
        assertThat(browser.text("document.querySelector('#leases tbody').textContent"))
                .startsWith("309")
                .contains("3600 s")
                .endsWith("config/session");
    }

    @Test
    void anAlarmComesWithItsRemedy() throws IOException {
        String member = alarm("{\"action\":\"ACTIVATE\",\"alarm\":\"NOSPACE\",\"memberID\":\"1\"}");
        assertThat(member).contains("NOSPACE");
        browser.await("!document.getElementById('alarms-section').hidden");
        assertThat(browser.text("document.getElementById('alarms').textContent"))
                .startsWith("NOSPACE on member 1.")
                .contains("alarm disarm");
        assertThat(browser.text("document.getElementById('verdict').textContent"))
                .isEqualTo("Healthy, but there is an alarm");
        browser.picture(PICTURES.resolve("alarm.png"));
        alarm("{\"action\":\"DEACTIVATE\",\"alarm\":\"NOSPACE\",\"memberID\":\"1\"}");
        browser.await("document.getElementById('alarms-section').hidden");
    }

    private static String alarm(String request) {
        return Http.post(server, "/v3/maintenance/alarm", request);
    }

    @Test
    void whoMayNotReadIsToldToLogIn() throws IOException {
        for (String user : Set.of("root", "eve")) {
            Http.post(
                    server,
                    "/v3/auth/user/add",
                    "{\"name\":\"%s\",\"password\":\"secret\"}".formatted(user));
        }
        Http.post(server, "/v3/auth/role/add", "{\"name\":\"root\"}");
        Http.post(server, "/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        Http.post(server, "/v3/auth/enable", "{}");
        try {
            browser.open("http://" + server.endpoint() + "/console");
            browser.await("!document.getElementById('login').hidden");
            browser.type("user", "root");
            browser.type("password", "wrong");
            browser.click("#login button");
            browser.await(
                    "document.getElementById('login-error').textContent.includes('authentication"
                            + " failed')");
            browser.picture(PICTURES.resolve("login.png"));

            logIn("eve");
            browser.type("prefix", "config/");
            browser.click("#browse button");
            browser.await(
                    "document.getElementById('count').textContent === 'etcdserver: permission"
                            + " denied'");
            browser.click("#logout");
            browser.await("!document.getElementById('login').hidden");
            assertThat(browser.text("document.getElementById('facts').textContent")).isEmpty();

            logIn("root");
            browser.type("prefix", "config/");
            browser.click("#browse button");
            browser.await("document.querySelectorAll('#keys tbody tr').length === 4");
        } finally {
            disableAuth();
        }
    }

    private static void logIn(String user) {
        browser.type("user", user);
        browser.type("password", "secret");
        browser.click("#login button");
        browser.await("document.getElementById('session-user').textContent === '" + user + "'");
        browser.await(SHOWN);
    }

    private static void disableAuth() {
        String token =
                Http.post(
                                server,
                                "/v3/auth/authenticate",
                                "{\"name\":\"root\",\"password\":\"secret\"}")
                        .replaceAll("(?s).*\"token\":\"([^\"]*)\".*", "$1");
        assertThat(Http.post(server, "/v3/auth/disable", "{}", token)).contains("header");
    }

    /** Texts with less contrast to what is behind them than WCAG AA asks for. */
    private static final String HARD_TO_READ =
            """
            (() => {
              const channels = (color) => color.match(/[\\d.]+/g).map(Number);
              const luminance = ([r, g, b]) => [r, g, b]
                .map((one) => one / 255)
                .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
                .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
              const behind = (element) => {
                for (let at = element; at; at = at.parentElement) {
                  const color = channels(getComputedStyle(at).backgroundColor);
                  if (color.length === 3 || color[3] === 1) return color;
                }
                return [255, 255, 255];
              };
              return [...document.querySelectorAll('body *')]
                .filter((one) => one.checkVisibility() && !one.matches(':disabled'))
                .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
                .filter((one) => {
                  const pair = [luminance(channels(getComputedStyle(one).color)), luminance(behind(one))];
                  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) < 4.5;
                })
                .map((one) => one.outerHTML.slice(0, 80));
            })()\
            """;

    private static final String UNNAMED =
            """
            [...document.querySelectorAll('input, button, a, section, table, pre, [role=img]')]
              .filter((one) => one.checkVisibility())
              .filter((one) => !(one.labels?.[0]?.textContent || one.getAttribute('aria-label')
                || document.getElementById(one.getAttribute('aria-labelledby'))?.textContent
                || (one.matches('button, a') && one.textContent.trim())
                || one.closest('section')?.hasAttribute('aria-labelledby') && one.matches('table')))
              .map((one) => one.outerHTML.slice(0, 80))\
            """;

    /** WCAG 2.2 asks for 24 pixels, but for links in a text. */
    private static final String TOO_SMALL =
            """
            [...document.querySelectorAll('input, button')]
              .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 24)
              .map((one) => one.outerHTML.slice(0, 80))\
            """;
}
