/** What the consensus core costs: messages, and steady replication in memory. */
package dev.plinth.jmh.raft;
