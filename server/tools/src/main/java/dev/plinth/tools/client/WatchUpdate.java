package dev.plinth.tools.client;

import dev.plinth.api.etcdserverpb.WatchResponse;

/** What a watch tells. */
public sealed interface WatchUpdate {
    /** Events, or word that there are none up to the header's revision. */
    record Received(WatchResponse response) implements WatchUpdate {
        /** Whether it only tells how far the watch has come. */
        public boolean isProgress() {
            return response.getEventsCount() == 0
                    && response.getCompactRevision() == 0
                    && response.getHeader().getRevision() != 0;
        }
    }

    /**
     * The watch is over.
     *
     * @param response the server's last word
     * @param reason why
     */
    record Ended(WatchResponse response, String reason) implements WatchUpdate {}
}
