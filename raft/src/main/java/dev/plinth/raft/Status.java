package dev.plinth.raft;

import java.util.SortedMap;

/**
 * A picture of a node.
 *
 * @param applied highest applied index
 * @param leadTransferee target of a pending leader transfer, 0 for none
 * @param confState active configuration
 * @param progress by member id in unsigned order; empty unless the node leads
 */
public record Status(
        long id,
        HardState hardState,
        SoftState softState,
        long applied,
        long leadTransferee,
        ConfState confState,
        SortedMap<Long, ProgressStatus> progress) {
    /** The status in the form that the reference prints. */
    public String toJson() {
        StringBuilder out = new StringBuilder(256);
        out.append("{\"id\":\"").append(Long.toHexString(id));
        out.append("\",\"term\":").append(Long.toUnsignedString(hardState.term()));
        out.append(",\"vote\":\"").append(Long.toHexString(hardState.vote()));
        out.append("\",\"commit\":").append(Long.toUnsignedString(hardState.commit()));
        out.append(",\"lead\":\"").append(Long.toHexString(softState.lead()));
        out.append("\",\"raftState\":\"").append(softState.role());
        out.append("\",\"applied\":").append(Long.toUnsignedString(applied));
        out.append(",\"progress\":{");
        String separator = "";
        for (var e : progress.entrySet()) {
            ProgressStatus p = e.getValue();
            out.append(separator).append('"').append(Long.toHexString(e.getKey()));
            out.append("\":{\"match\":").append(Long.toUnsignedString(p.match()));
            out.append(",\"next\":").append(Long.toUnsignedString(p.next()));
            out.append(",\"state\":\"").append(p.state()).append("\"}");
            separator = ",";
        }
        out.append("},\"leadtransferee\":\"").append(Long.toHexString(leadTransferee));
        return out.append("\"}").toString();
    }
}
