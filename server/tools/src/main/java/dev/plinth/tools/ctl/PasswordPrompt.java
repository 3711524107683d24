package dev.plinth.tools.ctl;

import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.InputLines;
import java.io.IOException;

/** Asks for a secret; a terminal does not show what is typed. */
final class PasswordPrompt {
    private PasswordPrompt() {}

    /** Prints the question and reads a line; empty at the end of the input. */
    static String ask(Console console, String question) throws IOException {
        console.print(question);
        console.flush();
        String answer;
        if (console.isInputTerminal()) {
            char[] typed = System.console().readPassword();
            answer = typed == null ? "" : new String(typed);
        } else {
            String line = new InputLines(console.in()).next();
            answer = line == null ? "" : line;
            console.println("");
        }
        return answer;
    }
}
