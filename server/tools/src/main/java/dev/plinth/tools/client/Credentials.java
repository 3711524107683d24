package dev.plinth.tools.client;

import dev.plinth.tools.text.Console;
import java.io.IOException;

/**
 * Who the user is.
 *
 * @param user name, or empty
 * @param password empty if there is none to send
 */
public record Credentials(String user, String password) {
    /** Nobody in particular. */
    public static final Credentials NONE = new Credentials("", "");

    /**
     * Takes {@code name:password} apart, or asks for the password.
     *
     * @param separate the password where it was given by itself
     */
    public static Credentials of(String user, String separate, Console console) throws IOException {
        if (user.isEmpty()) {
            return NONE;
        }
        if (!separate.isEmpty()) {
            return new Credentials(user, separate);
        }
        int colon = user.indexOf(':');
        return colon < 0
                ? new Credentials(user, PasswordPrompt.ask(console, "Password: "))
                : new Credentials(user.substring(0, colon), user.substring(colon + 1));
    }
}
