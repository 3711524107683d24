package dev.plinth.server.peer;

import java.net.URI;
import java.util.List;

/** Stays with one URL of a member until it fails, then goes on to the next. Any thread. */
final class UrlPicker {
    private List<URI> urls;
    private int at;

    UrlPicker(List<String> urls) {
        this.urls = parsed(urls);
    }

    private static List<URI> parsed(List<String> texts) {
        return texts.stream().map(URI::create).toList();
    }

    /** Takes other URLs, beginning with the first. */
    synchronized void update(List<String> newUrls) {
        urls = parsed(newUrls);
        at = 0;
    }

    /** The URL to use now. */
    synchronized URI pick() {
        return urls.get(at % urls.size());
    }

    /** The URL failed: the next one is picked from now on, unless that has been done already. */
    synchronized void failed(URI url) {
        if (urls.get(at % urls.size()).equals(url)) {
            at = (at + 1) % urls.size();
        }
    }
}
