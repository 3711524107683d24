package dev.plinth.tools.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command of a tool: names, texts, flags, subcommands, and what it does. Built once, then read.
 */
public final class Command {
    /** What a command does. */
    @FunctionalInterface
    public interface Action {
        /** Runs it with what the command line says. */
        void run(ParsedFlags flags) throws ToolFailure;
    }

    private final String useLine;
    private final String shortText;
    private final List<Flag> flags = new ArrayList<>();
    private final List<Flag> inheritedFlags = new ArrayList<>();
    private final List<Command> subcommands = new ArrayList<>();
    private String longText = "";
    private String group = "";
    private String footer = "";
    private @Nullable Action action;
    private @Nullable Command parent;

    /**
     * A command.
     *
     * @param useLine name, then the words that it takes
     * @param shortText one line for lists of commands
     */
    public Command(String useLine, String shortText) {
        this.useLine = useLine;
        this.shortText = shortText;
    }

    /** The text of the command's own help, where it is more than the short one. */
    public Command describe(String text) {
        longText = text;
        return this;
    }

    /** The heading under which the parent lists it. */
    public Command inGroup(String title) {
        group = title;
        return this;
    }

    /**
     * A last line for all help texts of the tool, which tells where the inherited flags are listed:
     * the texts themselves leave them out then.
     */
    public Command footer(String line) {
        footer = line;
        return this;
    }

    /** Flags of this command alone. */
    public Command flags(Flag... more) {
        flags.addAll(List.of(more));
        return this;
    }

    /** Flags of this command and of all below it. */
    public Command inheritedFlags(List<Flag> more) {
        inheritedFlags.addAll(more);
        return this;
    }

    /** What it does; a command without an action prints its help. */
    public Command does(Action what) {
        action = what;
        return this;
    }

    /** Subcommands. */
    public Command add(Command... more) {
        for (Command each : more) {
            each.parent = this;
            subcommands.add(each);
        }
        return this;
    }

    /** The name that the user types. */
    public String name() {
        int space = useLine.indexOf(' ');
        return space < 0 ? useLine : useLine.substring(0, space);
    }

    /** The names from the program down to this command. */
    public String path() {
        return parent == null ? name() : parent.path() + " " + name();
    }

    String useLine() {
        return parent == null ? useLine : parent.path() + " " + useLine;
    }

    String shortText() {
        return shortText;
    }

    String longText() {
        return longText.isEmpty() ? shortText : longText;
    }

    String group() {
        return group;
    }

    /** The line at the end of help texts, or empty. */
    String footer() {
        return parent == null ? footer : parent.footer();
    }

    /** Flags that the help text of this command lists as its own. */
    List<Flag> listedFlags() {
        List<Flag> listed = new ArrayList<>(flags);
        if (footer().isEmpty() || parent != null) {
            listed.addAll(inheritedFlags);
        }
        return listed;
    }

    @Nullable Command parent() {
        return parent;
    }

    @Nullable Action action() {
        return action;
    }

    List<Command> subcommands() {
        return subcommands;
    }

    /** Flags that this command declares, for itself or for those below too. */
    List<Flag> ownFlags() {
        List<Flag> own = new ArrayList<>(flags);
        own.addAll(inheritedFlags);
        return own;
    }

    /** Flags that commands above declare for this one. */
    List<Flag> flagsFromAbove() {
        List<Flag> above = new ArrayList<>();
        for (Command each = parent; each != null; each = each.parent) {
            above.addAll(each.inheritedFlags);
        }
        return above;
    }

    /** Flags that the command shares with others, in the order that commands above declare them. */
    public List<Flag> inheritedByThis() {
        List<Flag> shared = new ArrayList<>(inheritedFlags);
        shared.addAll(flagsFromAbove());
        return shared;
    }

    /** Whether there is a flag of that name for it. */
    public boolean takes(String flag) {
        return flag(flag) != null;
    }

    @Nullable Flag flag(String name) {
        for (Flag flag : flags) {
            if (flag.name().equals(name)) {
                return flag;
            }
        }
        for (Command each = this; each != null; each = each.parent) {
            for (Flag flag : each.inheritedFlags) {
                if (flag.name().equals(name)) {
                    return flag;
                }
            }
        }
        return null;
    }

    @Nullable Flag flagOfLetter(char letter) {
        for (Command each = this; each != null; each = each.parent) {
            for (Flag flag : each == this ? each.ownFlags() : each.inheritedFlags) {
                if (flag.shorthand().indexOf(letter) == 0) {
                    return flag;
                }
            }
        }
        return null;
    }

    /** The subcommand with that name, or the only one that the name is the beginning of. */
    @Nullable Command subcommand(String word) {
        Command found = null;
        boolean isUnique = true;
        for (Command each : subcommands) {
            if (each.name().equals(word)) {
                return each;
            }
            if (!word.isEmpty() && each.name().startsWith(word)) {
                isUnique = found == null;
                found = each;
            }
        }
        return isUnique ? found : null;
    }
}
