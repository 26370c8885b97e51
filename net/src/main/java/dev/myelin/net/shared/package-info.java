/// Memory that two processes of one machine share: how it is made and found, a ring of bytes in it,
/// and tensors that are handed over without a copy.
///
/// Read [dev.myelin.net.shared.SharedMemory] first, then [dev.myelin.net.shared.RingReader] and
/// [dev.myelin.net.shared.RingWriter]. Nothing here knows a connection, and nothing here believes
/// what another process wrote: every number read from shared memory is copied out, then checked.
@NullMarked
package dev.myelin.net.shared;

import org.jspecify.annotations.NullMarked;
