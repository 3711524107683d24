package dev.plinth.tools.cli;

/** A command ends without success: the line behind {@code Error:} and the exit code. */
public final class ToolFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** Any failure without a code of its own. */
    public static final int ERROR = 1;

    /** No client could be made, or a lease could not be asked about. */
    public static final int BAD_CONNECTION = 2;

    /** What was read from the input is malformed. */
    public static final int INVALID_INPUT = 3;

    /** A value that exists in no version, or a format that the command does not have. */
    public static final int BAD_FEATURE = 4;

    /** A stream ended before the user wanted it to. */
    public static final int INTERRUPTED = 5;

    /** Wrong number or form of arguments. */
    public static final int BAD_ARGUMENTS = 128;

    private final int code;
    private final boolean isSilent;

    private ToolFailure(int code, String message, boolean isSilent) {
        super(message);
        this.code = code;
        this.isSilent = isSilent;
    }

    /** A failure with one of the codes above, or with another program's. */
    public ToolFailure(int code, String message) {
        this(code, message, false);
    }

    /** A failure whose reason has been printed already. */
    public static ToolFailure silent(int code) {
        return new ToolFailure(code, "", true);
    }

    /** {@link #ERROR} with the given message. */
    public static ToolFailure error(String message) {
        return new ToolFailure(ERROR, message);
    }

    /** {@link #BAD_ARGUMENTS} with the given message. */
    public static ToolFailure arguments(String message) {
        return new ToolFailure(BAD_ARGUMENTS, message);
    }

    /** The text behind {@code Error:}. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** Exit code of the process. */
    public int code() {
        return code;
    }

    /** Whether nothing more is to be printed. */
    public boolean isSilent() {
        return isSilent;
    }
}
