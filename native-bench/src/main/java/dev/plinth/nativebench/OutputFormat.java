package dev.plinth.nativebench;

/** How results are written to the standard output. */
enum OutputFormat {
    TEXT,
    JSON
}
