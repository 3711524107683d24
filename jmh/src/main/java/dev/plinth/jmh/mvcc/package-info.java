/** What the store's own structures cost. */
package dev.plinth.jmh.mvcc;
