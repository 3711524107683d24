package dev.plinth.tools.client;

import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.InputLines;
import java.io.IOException;

/** Asks for a secret; a terminal does not show what is typed. */
public final class PasswordPrompt {
    private PasswordPrompt() {}

    /** Prints the question and reads a line; empty at the end of the input. */
    public static String ask(Console console, String question) throws IOException {
        console.print(question);
        console.flush();
        java.io.Console terminal = console.isInputTerminal() ? System.console() : null;
        if (terminal != null) {
            char[] typed = terminal.readPassword();
            return typed == null ? "" : new String(typed);
        }
        String line = new InputLines(console.in()).next();
        console.println("");
        return line == null ? "" : line;
    }
}
