package dev.plinth.tools.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Refusals of the file system as Go's os package words them. */
public final class FileErrors {
    private FileErrors() {}

    /** {@code open PATH: no such file or directory}. */
    public static String text(String operation, Path path, IOException refusal) {
        return operation + " " + path + ": " + reason(refusal);
    }

    private static String reason(IOException refusal) {
        return switch (refusal) {
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "file exists";
            case DirectoryNotEmptyException _ -> "directory not empty";
            case NotDirectoryException _ -> "not a directory";
            case FileSystemException e when e.getReason() != null -> lower(e.getReason());
            default -> String.valueOf(refusal.getMessage());
        };
    }

    private static String lower(String reason) {
        return Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    }
}
