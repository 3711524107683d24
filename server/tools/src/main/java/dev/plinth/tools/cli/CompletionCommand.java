package dev.plinth.tools.cli;

import dev.plinth.tools.text.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * {@code completion}: scripts that let a shell complete commands and flags. All words are in the
 * script, so that the tab key starts no process.
 */
public final class CompletionCommand {
    private final Command root;
    private final Console console;

    /** For the commands below {@code root}. */
    public CompletionCommand(Command root, Console console) {
        this.root = root;
        this.console = console;
    }

    /** What can follow a command. */
    private record Place(String path, List<Command> commands, List<Flag> flags) {}

    /** The command. */
    public Command command() {
        String name = root.name();
        return new Command(
                        "completion", "Generate the autocompletion script for the specified shell")
                .describe(
                        """
                        Generate the autocompletion script for %s for the specified shell.
                        See each sub-command's help for details on how to use the generated script.\
                        """
                                .formatted(name))
                .add(
                        shell("bash", "source <(" + name + " completion bash)", this::bash),
                        shell("fish", name + " completion fish | source", this::fish),
                        shell(
                                "powershell",
                                name + " completion powershell | Out-String | Invoke-Expression",
                                this::powershell),
                        shell("zsh", "source <(" + name + " completion zsh)", this::zsh));
    }

    /** Writes a script. */
    private interface Script {
        String text();
    }

    private Command shell(String shell, String load, Script script) {
        return new Command(shell, "Generate the autocompletion script for " + shell)
                .describe(
                        "Generate the autocompletion script for the %s shell.\n\nTo load it in the current session:\n\n\t%s"
                                .formatted(shell, load))
                .does(_ -> console.print(script.text()));
    }

    private List<Place> places() {
        List<Place> places = new ArrayList<>();
        collect(root, "", places);
        return places;
    }

    private static void collect(Command command, String path, List<Place> places) {
        List<Flag> flags = new ArrayList<>(command.ownFlags());
        flags.addAll(command.flagsFromAbove());
        flags.add(Flag.bool("help", "help for " + command.name()).withShorthand("h"));
        places.add(new Place(path, command.subcommands(), flags));
        for (Command each : command.subcommands()) {
            collect(each, path + " " + each.name(), places);
        }
    }

    private static String words(Place place) {
        StringJoiner words = new StringJoiner(" ");
        place.commands().forEach(command -> words.add(command.name()));
        place.flags().forEach(flag -> words.add("--" + flag.name()));
        return words.toString();
    }

    // ---------------------------------------------------------------- bash and zsh

    /** A case that follows the words of the line down the tree, and one with what may come next. */
    private String cases(List<Place> places) {
        StringBuilder script = new StringBuilder("    case \"$path $word\" in\n");
        for (Place place : places) {
            for (Command command : place.commands()) {
                String path = place.path() + " " + command.name();
                script.append("      \"%s\") path=\"%s\" ;;\n".formatted(path, path));
            }
        }
        return script.append("    esac\n  done\n  case \"$path\" in\n").toString();
    }

    private String bash() {
        List<Place> places = places();
        StringBuilder script =
                new StringBuilder(
                        """
                        # bash completion for %1$s
                        _%1$s() {
                          local cur="${COMP_WORDS[COMP_CWORD]}" path= words= word
                          for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                        """
                                .formatted(root.name()));
        script.append(cases(places));
        for (Place place : places) {
            script.append("    \"%s\") words=\"%s\" ;;\n".formatted(place.path(), words(place)));
        }
        return script.append(
                        """
                          esac
                          mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
                        }
                        complete -o default -F _%1$s %1$s
                        """
                                .formatted(root.name()))
                .toString();
    }

    private String zsh() {
        List<Place> places = places();
        StringBuilder script =
                new StringBuilder(
                        """
                        #compdef %1$s
                        # zsh completion for %1$s
                        _%1$s() {
                          local path_of_words= word
                          local -a items
                          for word in "${(@)words[2,CURRENT-1]}"; do
                        """
                                .formatted(root.name()));
        script.append(
                cases(places)
                        .replace("$path", "$path_of_words")
                        .replace(" path=", " path_of_words="));
        for (Place place : places) {
            StringJoiner items = new StringJoiner(" ");
            for (Command command : place.commands()) {
                items.add(item(command.name(), command.shortText()));
            }
            for (Flag flag : place.flags()) {
                items.add(item("--" + flag.name(), flag.usage()));
            }
            script.append("    \"%s\") items=(%s) ;;\n".formatted(place.path(), items));
        }
        return script.append(
                        """
                          esac
                          _describe -o '%1$s' items || _files
                        }
                        compdef _%1$s %1$s
                        """
                                .formatted(root.name()))
                .toString();
    }

    private static String item(String word, String text) {
        return quoted(word.replace(":", "\\:") + ":" + text);
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    // ---------------------------------------------------------------- fish

    private String fish() {
        String name = root.name();
        StringBuilder script =
                new StringBuilder(
                        """
                        # fish completion for %1$s
                        function __%1$s_at
                            set -l path
                            for word in (commandline -opc)[2..-1]
                                if not string match -q -- '-*' $word
                                    set -a path $word
                                end
                            end
                            string match -q -- "$argv*" "$path"
                        end
                        complete -c %1$s -e
                        """
                                .formatted(name));
        for (Place place : places()) {
            String condition = "-n " + quoted("__" + name + "_at" + place.path());
            for (Command command : place.commands()) {
                script.append(
                        "complete -c %s %s -f -a %s -d %s\n"
                                .formatted(
                                        name,
                                        condition,
                                        command.name(),
                                        fishQuoted(command.shortText())));
            }
            for (Flag flag : place.flags()) {
                String letter = flag.shorthand().isEmpty() ? "" : " -s " + flag.shorthand();
                script.append(
                        "complete -c %s %s%s -l %s%s -d %s\n"
                                .formatted(
                                        name,
                                        condition,
                                        letter,
                                        flag.name(),
                                        flag.type() == FlagType.BOOL ? "" : " -r",
                                        fishQuoted(flag.usage())));
            }
        }
        return script.toString();
    }

    private static String fishQuoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    // ---------------------------------------------------------------- PowerShell

    private String powershell() {
        StringBuilder script =
                new StringBuilder(
                        """
                        # powershell completion for %1$s
                        Register-ArgumentCompleter -Native -CommandName '%1$s' -ScriptBlock {
                          param($word, $line, $cursor)
                          $items = @{
                        """
                                .formatted(root.name()));
        for (Place place : places()) {
            script.append("    '%s' = '%s'\n".formatted(place.path().strip(), words(place)));
        }
        return script.append(
                        """
                          }
                          $path = ''
                          foreach ($element in $line.CommandElements | Select-Object -Skip 1) {
                            $next = "$path $element".Trim()
                            if ($items.ContainsKey($next)) { $path = $next }
                          }
                          $items[$path].Split(' ') | Where-Object { $_ -like "$word*" } |
                            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
                        }
                        """)
                .toString();
    }
}
