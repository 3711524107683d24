package dev.plinth.testing;

import dev.plinth.client.Delete;
import dev.plinth.client.KeyRange;
import dev.plinth.client.PlinthClient;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives JUnit tests a server: one for all tests of a class, without keys at the begin of each test.
 * Tests get it by parameters of the types {@link PlinthServer}, {@link PlinthClient} (of all
 * members) and {@link Endpoints}.
 *
 * <pre>{@code
 * @ExtendWith(PlinthExtension.class)
 * class MyTest {
 *     @Test
 *     void works(PlinthClient client) { … }
 * }
 * }</pre>
 *
 * <p>For another server than the default one it is registered as a static field,
 * {@code @RegisterExtension static PlinthExtension plinth =
 * PlinthExtension.of(PlinthServer.builder().members(3))}.
 */
public final class PlinthExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, ParameterResolver {
    private static final Map<Class<?>, Function<PlinthServer, Object>> PARAMETERS =
            Map.of(
                    PlinthServer.class,
                    server -> server,
                    PlinthClient.class,
                    PlinthServer::client,
                    Endpoints.class,
                    server -> new Endpoints(server.endpoints()));

    private final PlinthServer.Builder settings;
    private @Nullable PlinthServer server;

    /** With one member; JUnit calls this. */
    public PlinthExtension() {
        this(PlinthServer.builder());
    }

    private PlinthExtension(PlinthServer.Builder settings) {
        this.settings = settings;
    }

    /** With a server of one's own making. */
    public static PlinthExtension of(PlinthServer.Builder settings) {
        return new PlinthExtension(settings);
    }

    /**
     * The server of the test class that runs.
     *
     * @throws IllegalStateException outside of one
     */
    public PlinthServer server() {
        PlinthServer running = server;
        if (running == null) {
            throw new IllegalStateException("no test class runs");
        }
        return running;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (server == null) {
            server = settings.start();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        server().client().kv().delete(Delete.of(KeyRange.all()));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        PlinthServer running = server;
        server = null;
        if (running != null) {
            running.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return PARAMETERS.containsKey(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Function<PlinthServer, Object> maker = PARAMETERS.get(parameter.getParameter().getType());
        if (maker == null) {
            throw new IllegalStateException("not asked before: " + parameter);
        }
        return maker.apply(server());
    }
}
