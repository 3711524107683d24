package dev.plinth.mvcc.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The buckets of etcd's database. All of them exist in every file, empty ones included (they enter
 * the hash). Constants are in byte order of the names, the order in which hashing visits them.
 */
public enum SchemaBucket {
    ALARM("alarm"),
    AUTH("auth"),
    AUTH_ROLES("authRoles"),
    AUTH_USERS("authUsers"),
    CLUSTER("cluster"),
    KEY("key"),
    LEASE("lease"),
    MEMBERS("members"),
    MEMBERS_REMOVED("members_removed"),
    META("meta");

    private final String bucketName;

    SchemaBucket(String bucketName) {
        this.bucketName = bucketName;
    }

    /** The name in the file. */
    public String bucketName() {
        return bucketName;
    }

    /** A fresh copy of the name's bytes. */
    public byte[] nameBytes() {
        return bucketName.getBytes(US_ASCII);
    }
}
