package dev.plinth.mvcc.quota;

/**
 * Why a change does not fit.
 *
 * @param usage of the prefix that would be over its limit
 * @param bytesMore by which its bytes would grow
 * @param keysMore by which its keys would grow
 */
public record QuotaExcess(NamespaceUsage usage, long bytesMore, long keysMore) {}
