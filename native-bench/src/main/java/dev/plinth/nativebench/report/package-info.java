/** Shows a measurement: as text, as JSON, and as one HTML file without scripts or outside parts. */
@NullMarked
package dev.plinth.nativebench.report;

import org.jspecify.annotations.NullMarked;
