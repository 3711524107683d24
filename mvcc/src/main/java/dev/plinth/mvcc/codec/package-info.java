/** The bytes of the database: revision keys, mvccpb.KeyValue, mvccpb.Event, leasepb.Lease. */
@NullMarked
package dev.plinth.mvcc.codec;

import org.jspecify.annotations.NullMarked;
