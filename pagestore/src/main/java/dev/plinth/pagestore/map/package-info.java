/**
 * A page file as a picture: {@link dev.plinth.pagestore.map.PageMap} finds out what each page is,
 * {@link dev.plinth.pagestore.map.PageMapHtml} draws it as one HTML file that needs nothing else.
 * Reads only; damaged files are drawn too, with the damage marked.
 */
@NullMarked
package dev.plinth.pagestore.map;

import org.jspecify.annotations.NullMarked;
