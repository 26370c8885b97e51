/// This process in the network: one port for every dialect, connections, peers, and the node that
/// owns them.
///
/// Read [Node] first. No dialect package is known here but in `Dialects`.
package dev.myelin.net;
